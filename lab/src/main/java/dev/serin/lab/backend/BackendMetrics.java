package dev.serin.lab.backend;

import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.IntSupplier;

/// Every metric of the backend. Health checks and scrapes are not counted: they would dilute the
/// indicators that a release is judged by.
final class BackendMetrics {

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

  private final Histogram durations =
      Histogram.builder()
          .name("http_request_duration_seconds")
          .help("Duration of the API's requests, slow ones on purpose left out.")
          .classicOnly()
          .classicUpperBounds(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5)
          .labelNames("status")
          .register(registry);
  private final Gauge webSockets =
      Gauge.builder().name("websockets_open").help("WebSockets open now.").register(registry);

  BackendMetrics(String version, IntSupplier inFlight) {
    GaugeWithCallback.builder()
        .name("http_requests_in_flight")
        .help("The API's requests that are not answered yet, slow ones included.")
        .callback(now -> now.call(inFlight.getAsInt()))
        .register(registry);
    Info.builder()
        .name("build_info")
        .help("The release that runs.")
        .labelNames("version")
        .register(registry)
        .setLabelValues(version);
  }

  void served(int status, double seconds) {
    durations.labelValues(Integer.toString(status)).observe(seconds);
  }

  void webSocketOpened() {
    webSockets.inc();
  }

  void webSocketClosed() {
    webSockets.dec();
  }

  /// All of them in Prometheus' text format 0.0.4.
  byte[] text() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    try {
      writer.write(out, registry.scrape());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }
}
