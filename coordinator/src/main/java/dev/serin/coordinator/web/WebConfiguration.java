package dev.serin.coordinator.web;

import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.coordinator.view.AgentAnswers;
import dev.serin.coordinator.view.DeadLetterLog;
import dev.serin.coordinator.view.EventFeed;
import dev.serin.coordinator.view.EventLog;
import dev.serin.coordinator.view.FreezeViews;
import dev.serin.coordinator.view.LedgerViews;
import dev.serin.coordinator.view.RolloutViews;
import dev.serin.coordinator.view.ViewMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/// Puts the HTTP side together.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ApiSettings.class, KafkaSettings.class})
public class WebConfiguration {
  @Bean
  ViewMetrics viewMetrics(MeterRegistry meters) {
    return new ViewMetrics(meters);
  }

  @Bean
  RolloutViews rolloutViews(KafkaSettings kafka, ViewMetrics metrics) {
    return new RolloutViews(kafka, metrics);
  }

  @Bean
  LedgerViews ledgerViews(KafkaSettings kafka) {
    return new LedgerViews(kafka);
  }

  @Bean
  AgentAnswers agentAnswers(KafkaSettings kafka) {
    return new AgentAnswers(kafka);
  }

  @Bean
  FreezeViews freezeViews(KafkaSettings kafka, ViewMetrics metrics) {
    return new FreezeViews(kafka, metrics);
  }

  @Bean
  EventFeed eventFeed(KafkaSettings kafka, ApiSettings settings, ViewMetrics metrics) {
    return new EventFeed(kafka, settings.eventStreams(), settings.eventsKept(), metrics);
  }

  @Bean
  EventLog eventLog(KafkaSettings kafka) {
    return new EventLog(kafka);
  }

  @Bean
  DeadLetterLog deadLetterLog(KafkaSettings kafka) {
    return new DeadLetterLog(kafka);
  }

  @Bean
  RecordPublisher recordPublisher(KafkaSettings kafka) {
    return new RecordPublisher(kafka);
  }

  @Bean
  HealthIndicator viewsHealthIndicator(RolloutViews views, EventFeed feed) {
    return new ViewsHealth(views, feed);
  }

  @Bean
  FilterRegistrationBean<Guard> guard(ApiSettings settings) {
    FilterRegistrationBean<Guard> guard = new FilterRegistrationBean<>(new Guard(settings));
    guard.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return guard;
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemsForTomcat() {
    return tomcat ->
        tomcat.addContextCustomizers(context -> {
          if (context.getParent() instanceof StandardHost host) {
            host.setErrorReportValveClass(ProblemValve.class.getName());
          }
        });
  }
}
