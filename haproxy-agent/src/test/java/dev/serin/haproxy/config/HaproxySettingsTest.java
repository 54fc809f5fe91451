package dev.serin.haproxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class HaproxySettingsTest {
  private static HaproxySettings bind(Map<String, String> properties) {
    return new Binder(new MapConfigurationPropertySource(properties))
        .bindOrCreate("serin.haproxy", Bindable.of(HaproxySettings.class));
  }

  @Test
  void hasItsDefaults() {
    HaproxySettings settings = bind(Map.of());
    assertThat(settings.loadBalancers()).isEmpty();
    assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.connections()).isEqualTo(4);
    assertThat(settings.armedSwitchesIn("/var/lib/serin"))
        .isEqualTo(Path.of("/var/lib/serin/armed-switches"));
    assertThat(
            bind(Map.of("serin.haproxy.armed-switches", "/srv/switches"))
                .armedSwitchesIn("/var/lib/serin"))
        .isEqualTo(Path.of("/srv/switches"));
  }

  @Test
  void readsSocketsAndCommands() {
    HaproxySettings settings =
        bind(
            Map.of(
                "serin.haproxy.load-balancers.haproxy-1.runtime", "unix:/run/haproxy/admin.sock",
                "serin.haproxy.load-balancers.haproxy-1.master", "unix:/run/haproxy-master.sock",
                "serin.haproxy.load-balancers.haproxy-1.url", "http://127.0.0.1:80",
                "serin.haproxy.load-balancers.haproxy-1.leaving-map", "/etc/haproxy/leaving.map",
                "serin.haproxy.load-balancers.haproxy-2.runtime[0]", "socat",
                "serin.haproxy.load-balancers.haproxy-2.runtime[1]", "-",
                "serin.haproxy.load-balancers.haproxy-2.runtime[2]", "/run/admin.sock"));
    assertThat(settings.loadBalancers().get("haproxy-2"))
        .isEqualTo(
            new HaproxySettings.OneLoadBalancer(
                List.of("socat", "-", "/run/admin.sock"), List.of(), null, null));
    assertThat(HaproxyConfiguration.fleet(settings).byName())
        .containsOnlyKeys("haproxy-1", "haproxy-2");
  }

  @Test
  void namesEveryProblemAtOnce() {
    assertThatThrownBy(() ->
            new HaproxySettings(
                Map.of(
                    "a;b",
                    new HaproxySettings.OneLoadBalancer(
                        List.of("nowhere"),
                        List.of("tcp:x"),
                        java.net.URI.create("ftp://u:secret@h"),
                        "/etc/a b")),
                Duration.ZERO,
                11,
                Path.of("")))
        .hasMessageContaining("expected names of letters")
        .hasMessageContaining("runtime: expected unix:/path/to.sock")
        .hasMessageContaining("master: expected tcp:host:port")
        .hasMessageContaining("url: expected http://")
        .hasMessageContaining("leaving-map: expected a file's path")
        .hasMessageContaining("timeout: expected 100ms to 1m")
        .hasMessageContaining("armed-switches: expected a directory, was empty")
        .hasMessageContaining("connections: expected 1 to 8, was 11")
        .hasMessageNotContaining("secret");
  }
}
