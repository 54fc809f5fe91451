package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.coordinator.view.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The page in a real browser (the package `chromium`), against a fleet that is only played.
@Tag("lab")
@Tag("browser")
@Timeout(900)
class PageInBrowserIT {
  @TempDir private Path profile;

  @Test
  void showsWhatHappensWhyAndWhatComesNext() throws IOException, InterruptedException {
    try (Stage stage = new Stage();
        var coordinator =
            WebFixture.coordinator(
                stage.settings().bootstrapServers(), Map.of("serin.http.heartbeat", "1s"))) {
      StagedFleet fleet = new StagedFleet(stage);
      fleet.define();
      fleet.history();
      fleet.stand();

      String page = shown("http://127.0.0.1:" + WebFixture.port(coordinator) + "/");

      assertThat(page)
          .contains("data-state=\"live\"")
          .contains("1 needs a person · 1 rolling back · 1 under way · 1 queued")
          .contains("billing-1 is left drained with 2.4.0")
          .contains("error-rate was 0.204 at probe 3, expected below 0.005")
          .contains("the drain of stream-3: 4 requests in flight")
          .contains("6.9.14 is restored on stream-3")
          .contains("22 of 40 probes green")
          .contains("Queued: 4.12.1 (ci")
          .contains("preflight found 2 problems, nothing changed")
          .contains("❄ frozen")
          .contains("moves to the new hall")
          .containsPattern(
              "its health check answers 500 since ([A-Z][a-z]{2} \\d+ )?\\d{2}:\\d{2}:\\d{2}: look at");
    }
  }

  @Test
  void saysThatItHasLostTheConnection() throws IOException, InterruptedException {
    try (Stage stage = new Stage();
        var coordinator =
            WebFixture.coordinator(
                stage.settings().bootstrapServers(), Map.of("serin.http.event-streams", "1"));
        EventReader _ = new HttpCalls(WebFixture.port(coordinator)).events("").opened()) {
      String page = shown("http://127.0.0.1:" + WebFixture.port(coordinator) + "/");

      assertThat(page)
          .contains("data-state=\"lost\"")
          .contains("Connection lost for")
          .contains("expected at most 1 clients of the event stream");
    }
  }

  /// The document after some seconds of the browser's own time.
  private String shown(String url) throws IOException, InterruptedException {
    Process chromium =
        new ProcessBuilder(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + profile,
                "--virtual-time-budget=6000",
                "--dump-dom",
                url)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      String page = new String(chromium.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(chromium.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return page;
    } finally {
      chromium.destroyForcibly();
    }
  }
}
