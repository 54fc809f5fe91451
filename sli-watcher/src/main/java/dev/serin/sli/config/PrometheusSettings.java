package dev.serin.sli.config;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Where Prometheus is.
///
/// @param url its base URL, with the path that stands before `/api/v1` where there is one; the
///   environment variable `PROM_URL` works too
/// @param timeout how long one query may take, 100 ms to 5 min
@ConfigurationProperties("serin.prometheus")
public record PrometheusSettings(
    @DefaultValue("http://127.0.0.1:9090") URI url, @DefaultValue("5s") Duration timeout) {
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofMinutes(5);

  public PrometheusSettings {
    if (url.getRawUserInfo() != null) {
      // The URL stands in messages that everybody may read.
      throw new IllegalArgumentException(
          "serin.prometheus.url: expected a URL without user and password, found one with them");
    }
    boolean http =
        "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
    if (!http
        || url.getHost() == null
        || url.getRawQuery() != null
        || url.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "serin.prometheus.url: expected a URL such as http://127.0.0.1:9090, found '"
              + url
              + "'");
    }
    if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "serin.prometheus.timeout: expected 100ms to 5m, found " + timeout);
    }
  }
}
