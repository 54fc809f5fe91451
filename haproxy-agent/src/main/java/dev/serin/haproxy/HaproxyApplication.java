package dev.serin.haproxy;

import dev.serin.contracts.config.Launch;
import dev.serin.haproxy.config.HaproxyConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/// The haproxy-agent as a process of its own.
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(HaproxyConfiguration.class)
public class HaproxyApplication {
  public static void main(String[] arguments) {
    Launch.run(HaproxyApplication.class, "serin-haproxy-agent", arguments);
  }
}
