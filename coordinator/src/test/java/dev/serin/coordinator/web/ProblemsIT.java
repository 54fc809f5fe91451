package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.coordinator.view.Samples;
import dev.serin.coordinator.web.HttpCalls.Answer;
import java.io.IOException;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(900)
@ExtendWith(WebFixture.Resolver.class)
class ProblemsIT {
  private final WebFixture serin;

  ProblemsIT(WebFixture serin) {
    this.serin = serin;
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nowhere", "/api/v1/nowhere", "/api/v2/rollouts", "/error", "/api/v1/"})
  void answersAnUnknownPathWithWhatThereIs(String path) {
    Answer answer = serin.http().get(path);

    assertThat(answer.status()).isEqualTo(404);
    assertProblem(answer, 404);
  }

  @Test
  void namesTheUnknownPath() {
    assertThat(serin.http().get("/api/v1/nowhere").detail())
        .isEqualTo(
            "expected a path of the API (/api/v1/requests, services, rollouts, events, artifacts, dead-letters), or / for"
                + " the page, found '/api/v1/nowhere'");
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE,/api/v1/rollouts,GET",
    "GET,/api/v1/requests,POST",
    "POST,/api/v1/rollouts/x,GET",
    "PATCH,/api/v1/services/x,PUT",
    "POST,/api/v1/events,GET"
  })
  void answersAWrongMethodWithTheRightOnes(String method, String path, String allowed) {
    Answer answer =
        serin
            .http()
            .send(serin.http().request(path).method(method, HttpRequest.BodyPublishers.noBody()));

    assertProblem(answer, 405);
    assertThat(answer.detail()).contains("found " + method).contains(allowed);
    assertThat(answer.header("Allow")).contains(allowed);
  }

  @Test
  void asksForTheContentTypeThatIsMissing() {
    Answer answer =
        serin
            .http()
            .send(
                serin
                    .http()
                    .request("/api/v1/services/x")
                    .PUT(HttpRequest.BodyPublishers.ofString("{}")));

    assertProblem(answer, 415);
    assertThat(answer.detail()).isEqualTo("Content-Type: expected application/json, found none");
  }

  @Test
  void answersWithJsonWhateverIsAccepted() {
    Answer answer = serin.http().get("/api/v1/rollouts", "Accept", "text/html");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.contentType()).startsWith("application/json");
    assertProblem(serin.http().get("/api/v1/rollouts/x", "Accept", "text/html"), 404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /api/v1/services/a|b HTTP/1.1",
        "GET /api/v1/services/%zz HTTP/1.1",
        "GET /api/v1/services/%2e%2e%2fx HTTP/1.1",
        "GET /api/v1/services/..%5cx HTTP/1.1"
      })
  void answersWhatTheServerItselfRefuses(String line) throws IOException {
    try (RawHttp http = new RawHttp(serin.port(), 65_536)) {
      String answer = http.send(line, "Host: localhost", "Connection: close").all();

      assertThat(answer)
          .startsWith("HTTP/1.1 400")
          .contains("application/problem+json", "\"status\":400")
          .doesNotContain("<html", "Apache", "Exception");
    }
  }

  @Test
  void refusesARequestOfAnotherSitesPage() {
    Answer bySite =
        serin
            .http()
            .post(
                "/api/v1/requests",
                Samples.release("problems", "x"),
                "Sec-Fetch-Site",
                "cross-site");
    Answer byOrigin =
        serin
            .http()
            .post(
                "/api/v1/requests",
                Samples.release("problems", "x"),
                "Origin",
                "https://evil.example");
    Answer byNullOrigin =
        serin.http().post("/api/v1/requests", Samples.release("problems", "x"), "Origin", "null");

    assertProblem(bySite, 403);
    assertThat(bySite.detail()).contains("found 'cross-site'");
    assertProblem(byOrigin, 403);
    assertThat(byOrigin.detail()).contains("found 'https://evil.example'");
    assertProblem(byNullOrigin, 403);
  }

  @Test
  void takesARequestOfItsOwnPage() {
    Answer answer =
        serin
            .http()
            .post(
                "/api/v1/requests",
                "{}",
                "Sec-Fetch-Site",
                "same-origin",
                "Origin",
                "http://127.0.0.1:" + serin.port());

    assertThat(answer.json().path("type").asString())
        .isEqualTo("urn:serin:problem:invalid-request");
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example,421",
    "evil.example:7070,421",
    "127.0.0.1.evil.example,421",
    "localhost.evil.example,421",
    "'',421",
    "localhost,200",
    "localhost:7070,200",
    "serin.localhost,200",
    "10.0.0.7,200",
    "[::1]:7070,200",
    "serin.example,200"
  })
  void isFoundUnderItsOwnNamesOnly(String host, int status) throws IOException {
    try (RawHttp http = new RawHttp(serin.port(), 65_536)) {
      assertThat(
              http.send("GET /api/v1/rollouts HTTP/1.1", "Host: " + host, "Connection: close")
                  .all())
          .startsWith("HTTP/1.1 " + status);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/api/v1/rollouts", "/api/v1/nowhere", "/actuator/health"})
  void keepsBrowsersFromGuessingAndFraming(String path) {
    Answer answer = serin.http().get(path);

    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("Content-Security-Policy"))
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
    assertThat(answer.header("Server")).isEmpty();
  }

  @Test
  void sharesNothingWithOtherOrigins() {
    Answer answer = serin.http().get("/api/v1/rollouts", "Origin", "https://evil.example");

    assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void reportsItsHealthAndItsMetrics() {
    assertThat(serin.http().get("/actuator/health").json().path("status").asString())
        .isEqualTo("UP");
    assertThat(serin.http().get("/actuator/prometheus").body())
        .contains("serin_view_unreadable_total", "serin_event_streams_open");
  }

  private static void assertProblem(Answer answer, int status) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.contentType()).startsWith("application/problem+json");
    assertThat(answer.json().path("status").asInt()).isEqualTo(status);
    assertThat(answer.json().path("title").asString()).isNotBlank();
    assertThat(answer.json().path("type").asString()).startsWith("urn:serin:problem:");
    assertThat(answer.detail()).contains("expected", "found");
    assertThat(answer.body()).doesNotContain("Exception", "\tat ", "trace");
  }
}
