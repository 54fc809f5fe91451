package dev.serin.sli;

import dev.serin.sli.config.SliConfiguration;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/// The sli-watcher in a process of its own.
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(SliConfiguration.class)
public class SliWatcherApplication {

  public static void main(String[] arguments) {
    SpringApplication application = new SpringApplication(SliWatcherApplication.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setKeepAlive(true);
    application.setDefaultProperties(Map.of("spring.main.banner-mode", "off"));
    application.run(arguments);
  }
}
