package dev.serin.sli.config;

import dev.serin.contracts.agent.ThreadedAlarms;
import dev.serin.contracts.kafka.AgentShell;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.sli.hook.HookWire;
import dev.serin.sli.hook.Hooks;
import dev.serin.sli.hook.HttpHookWire;
import dev.serin.sli.prometheus.HttpPrometheusWire;
import dev.serin.sli.prometheus.Prometheus;
import dev.serin.sli.prometheus.PrometheusWire;
import dev.serin.sli.watch.SliHandler;
import dev.serin.sli.watch.SliMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The sli-watcher's parts, alone in its own process or beside the others in one.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({PrometheusSettings.class, HookSettings.class, KafkaSettings.class})
public class SliConfiguration {

  @Bean
  HttpPrometheusWire prometheusWire(PrometheusSettings settings) {
    return new HttpPrometheusWire(settings.url(), settings.timeout());
  }

  @Bean
  HttpHookWire hookWire() {
    return new HttpHookWire();
  }

  @Bean
  Hooks hooks(HookWire wire, HookSettings settings) {
    return new Hooks(wire, settings.secrets());
  }

  @Bean
  ThreadedAlarms sliAlarms() {
    return new ThreadedAlarms(Clock.systemUTC());
  }

  @Bean
  SliHandler sliHandler(
      PrometheusWire wire,
      PrometheusSettings settings,
      Hooks hooks,
      @Qualifier("sliAlarms") ThreadedAlarms alarms,
      ObjectProvider<MeterRegistry> meters) {
    return new SliHandler(
        new Prometheus(wire, settings.url().toString()),
        hooks,
        alarms,
        new SliMetrics(registry(meters)));
  }

  @Bean
  AgentShell<SliCommand, SliEvent> sliShell(
      SliHandler handler, KafkaSettings settings, ObjectProvider<MeterRegistry> meters) {
    return new AgentShell<>(
        "sli",
        SliCommand.class,
        handler,
        refusal -> new SliEvent.Failed(refusal.head(), refusal.failure()),
        settings,
        registry(meters));
  }

  private static MeterRegistry registry(ObjectProvider<MeterRegistry> meters) {
    return meters.getIfAvailable(SimpleMeterRegistry::new);
  }
}
