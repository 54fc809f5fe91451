package dev.serin.haproxy.config;

import dev.serin.contracts.agent.ThreadedAlarms;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.kafka.AgentShell;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.haproxy.frontdoor.SocketFrontDoor;
import dev.serin.haproxy.guard.Guards;
import dev.serin.haproxy.hint.HintFiles;
import dev.serin.haproxy.hint.Hints;
import dev.serin.haproxy.runtime.LimitedWire;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.RuntimeWire;
import dev.serin.haproxy.runtime.WireAddress;
import dev.serin.haproxy.traffic.Fleet;
import dev.serin.haproxy.traffic.HaproxyCommands;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Puts the haproxy-agent together. `standalone` imports it too.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({HaproxySettings.class, KafkaSettings.class})
public class HaproxyConfiguration {
  @Bean
  ThreadedAlarms haproxyAlarms() {
    return new ThreadedAlarms(Clock.systemUTC());
  }

  @Bean
  HaproxyCommands haproxyCommands(
      HaproxySettings settings,
      @Value("${serin.data:./data}") String data,
      @Qualifier("haproxyAlarms") ThreadedAlarms haproxyAlarms) {
    Fleet fleet = fleet(settings);
    Hints hints = new Hints(new HintFiles(settings.armedSwitchesIn(data)));
    return new HaproxyCommands(
        fleet, new SocketFrontDoor(settings.timeout()), new Guards(fleet, haproxyAlarms, hints));
  }

  /// The load balancers of the settings, each with its wires.
  static Fleet fleet(HaproxySettings settings) {
    Map<String, Fleet.Balancer> balancers = new LinkedHashMap<>();
    settings
        .loadBalancers()
        .forEach((name, one) ->
            balancers.put(
                name,
                new Fleet.Balancer(
                    new LoadBalancer(
                        name,
                        wire(one.runtime(), settings),
                        one.master().isEmpty() ? null : wire(one.master(), settings),
                        one.leavingMap()),
                    one.url(),
                    WireAddress.parse(one.runtime()).shell())));
    return new Fleet(balancers);
  }

  private static RuntimeWire wire(List<String> address, HaproxySettings settings) {
    return new LimitedWire(
        WireAddress.parse(address).open(settings.timeout()),
        settings.connections(),
        settings.timeout().multipliedBy(2));
  }

  @Bean
  AgentShell<HaproxyCommand, HaproxyEvent> haproxyAgentShell(
      HaproxyCommands handler, KafkaSettings kafka, ObjectProvider<MeterRegistry> meters) {
    return new AgentShell<>(
        "haproxy",
        HaproxyCommand.class,
        handler,
        refusal -> new HaproxyEvent.Failed(refusal.head(), refusal.failure()),
        kafka,
        meters.getIfAvailable(SimpleMeterRegistry::new));
  }
}
