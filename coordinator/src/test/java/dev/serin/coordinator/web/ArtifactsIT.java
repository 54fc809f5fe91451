package dev.serin.coordinator.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Artifact;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.view.ArtifactNeeds;
import dev.serin.coordinator.web.HttpCalls.Answer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

@Timeout(900)
@ExtendWith(WebFixture.Resolver.class)
class ArtifactsIT {
  private static final String BINARY = "#!/bin/sh\necho good\n";

  private final WebFixture serin;
  @TempDir private Path directory = Path.of("");
  private Optional<ConfigurableApplicationContext> coordinator = Optional.empty();
  private HttpCalls http = new HttpCalls(0);

  ArtifactsIT(WebFixture serin) {
    this.serin = serin;
  }

  @BeforeEach
  void start() {
    start("a-token-of-the-test");
  }

  private void start(String token) {
    stop();
    ConfigurableApplicationContext started =
        WebFixture.coordinator(
            serin.stage().settings().bootstrapServers(),
            Map.of(
                "serin.artifacts.directory",
                directory.toString(),
                "serin.artifacts.largest",
                "1MB",
                "serin.artifacts.keep-free",
                "0B",
                "serin.artifacts.token",
                token));
    coordinator = Optional.of(started);
    http = new HttpCalls(WebFixture.port(started));
  }

  @AfterEach
  void stop() {
    coordinator.ifPresent(ConfigurableApplicationContext::close);
  }

  private static String digest(String content) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8)));
  }

  private static String path(String content) throws Exception {
    return "/api/v1/artifacts/" + digest(content);
  }

  private Answer put(String path, String body, String... headers) {
    return http.send(http.request(path, headers).PUT(BodyPublishers.ofString(body)));
  }

  private Answer head(String path) {
    return http.send(http.request(path).method("HEAD", HttpRequest.BodyPublishers.noBody()));
  }

  @Test
  void givesBackWhatItWasGiven() throws Exception {
    assertThat(head(path(BINARY)).status()).isEqualTo(404);
    assertThat(head(path(BINARY)).header("Upload-Offset")).isEqualTo("0");

    Answer put = put(path(BINARY), BINARY);
    assertThat(put.status()).isEqualTo(201);
    assertThat(put.json().path("sizeBytes").asInt()).isEqualTo(BINARY.length());

    assertThat(put(path(BINARY), BINARY).status()).isEqualTo(200);
    assertThat(head(path(BINARY)).status()).isEqualTo(200);
    assertThat(head(path(BINARY)).header("Content-Length"))
        .isEqualTo(String.valueOf(BINARY.length()));
    assertThat(http.get(path(BINARY)).body()).isEqualTo(BINARY);
    Answer part = http.get(path(BINARY), "Range", "bytes=10-13");
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.body()).isEqualTo("echo");
  }

  @Test
  void whatIsPrivateIsForWhoShowsTheAgentsToken() throws Exception {
    String secret = "PASSWORD=secret\n";
    Answer look = head(path(secret) + "?private=true");
    assertThat(look.status()).isEqualTo(404);
    assertThat(look.header("Artifact-Private")).isEqualTo("kept");
    assertThat(put(path(secret) + "?private=true", secret).status()).isEqualTo(201);

    assertThat(http.get("/api/v1/artifacts").body()).doesNotContain(digest(secret));
    assertThat(head(path(secret)).status()).isEqualTo(404);
    Answer without = http.get(path(secret));
    assertThat(without.status()).isEqualTo(404);
    assertThat(without.detail())
        .isEqualTo(http.get(path("never")).detail().replace(digest("never"), digest(secret)));
    Answer wrong = http.get(path(secret), "Authorization", "Bearer another-token-of-it");
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.detail()).contains("serin.artifacts.token").doesNotContain("another-token");

    Answer agent = http.get(path(secret), "Authorization", "Bearer a-token-of-the-test");
    assertThat(agent.body()).isEqualTo(secret);
    assertThat(agent.header("Cache-Control")).isEqualTo("no-store");
    // As if it were not there: who guesses a content learns nothing from its digest.
    assertThat(put(path(secret), "PASSWORD=guess\n").status()).isEqualTo(422);
    assertThat(put(path(secret), secret).status()).isEqualTo(201);
    assertThat(http.get(path(secret)).status()).isEqualTo(404);
  }

  @Test
  void aBinaryIsForEverybodyWhateverTheyShow() throws Exception {
    put(path(BINARY), BINARY);
    assertThat(http.get(path(BINARY), "Authorization", "Bearer of-somebody-else").body())
        .isEqualTo(BINARY);
    // Sent as private afterwards, it is to come once more, and stays what it is.
    assertThat(head(path(BINARY) + "?private=true").status()).isEqualTo(404);
    Answer again = put(path(BINARY) + "?private=true", BINARY);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.header("Artifact-Private")).isEqualTo("public");
    assertThat(http.get(path(BINARY)).body()).isEqualTo(BINARY);
    assertThat(put(path(BINARY), BINARY).header("Artifact-Private")).isEmpty();
  }

  @Test
  void withoutATokenNothingIsTakenAsPrivate() throws Exception {
    start("");
    String secret = "PASSWORD=none\n";
    assertThat(head(path(secret) + "?private=true").header("Artifact-Private"))
        .isEqualTo("no-token");
    Answer put = put(path(secret) + "?private=true", secret);
    assertThat(put.status()).isEqualTo(501);
    assertThat(put.detail()).contains("set serin.artifacts.token", "nothing was kept");
    assertThat(http.get(path(secret)).status()).isEqualTo(404);
    assertThat(http.get(path(secret), "Authorization", "Bearer a-token-of-the-test").status())
        .isEqualTo(401);
  }

  @Test
  void goesOnWithAnUploadWhoseConnectionBroke() throws Exception {
    // What is sent ends as the raw client ends everything.
    String sent = "#!/bin/sh\r\n\r\n";
    String whole = sent + "echo the rest\n";
    try (RawHttp raw = new RawHttp(WebFixture.port(coordinator.orElseThrow()), 1_000)) {
      var _ =
          raw.send(
              "PUT " + path(whole) + " HTTP/1.1",
              "Host: localhost",
              "Content-Length: " + whole.length(),
              "",
              sent.strip());
    }
    while (head(path(whole)).header("Upload-Offset").equals("0")) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    assertThat(head(path(whole)).header("Upload-Offset")).isEqualTo(String.valueOf(sent.length()));

    Answer elsewhere = put(path(whole), "\n", range(whole, whole.length() - 1));
    assertThat(elsewhere.status()).isEqualTo(409);
    assertThat(elsewhere.header("Upload-Offset")).isEqualTo(String.valueOf(sent.length()));

    Answer rest = put(path(whole), whole.substring(sent.length()), range(whole, sent.length()));
    assertThat(rest.status()).isEqualTo(201);
    assertThat(http.get(path(whole)).body()).isEqualTo(whole);
  }

  private static String[] range(String whole, int offset) {
    return new String[] {
      "Content-Range", "bytes " + offset + "-" + (whole.length() - 1) + "/" + whole.length()
    };
  }

  @Test
  void keepsNothingOfAnotherDigest() throws Exception {
    Answer answer = put(path(BINARY), "something else");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().path("type").asString()).isEqualTo("urn:serin:problem:wrong-digest");
    assertThat(answer.detail()).contains(digest("something else"), "nothing was kept");
    assertThat(head(path(BINARY)).header("Upload-Offset")).isEqualTo("0");
  }

  @Test
  void refusesWhatCannotBe() throws Exception {
    assertThat(put("/api/v1/artifacts/abc", "x").status()).isEqualTo(400);
    assertThat(http.get("/api/v1/artifacts/abc").status()).isEqualTo(400);
    assertThat(http.get(path("never")).status()).isEqualTo(404);
    assertThat(put(path(BINARY), BINARY, "Content-Range", "bytes 5-6/7").status()).isEqualTo(400);
    String large = "x".repeat(1_048_577);
    Answer tooLarge = put(path(large), large);
    assertThat(tooLarge.status()).isEqualTo(413);
    assertThat(tooLarge.detail()).contains("at most 1048576 bytes (serin.artifacts.largest)");
    assertThat(put(path(BINARY), BINARY, "Sec-Fetch-Site", "cross-site").status()).isEqualTo(403);
  }

  @Test
  void saysWhoNeedsWhat() throws Exception {
    put(path(BINARY), BINARY);
    try (Admin admin = Admin.create(serin.stage().settings().common())) {
      if (!admin.listTopics().names().get().contains(ArtifactNeeds.LEDGERS)) {
        admin.createTopics(List.of(new NewTopic(ArtifactNeeds.LEDGERS, 1, (short) 1))).all().get();
      }
    }
    serin.stage().raw(ArtifactNeeds.LEDGERS, "needy", ledger(digest(BINARY)));

    JsonNode needed = only();
    while (needed.path("neededBy").isNull() || needed.path("neededBy").isEmpty()) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      needed = only();
    }
    assertThat(needed.path("sha256").asString()).isEqualTo(digest(BINARY));
    assertThat(needed.path("sizeBytes").asInt()).isEqualTo(BINARY.length());
    assertThat(needed.path("neededBy").path(0).path("service").asString()).isEqualTo("needy");
    assertThat(needed.path("neededBy").path(0).path("as").asString()).isEqualTo("last-known-good");
    assertThat(http.get("/actuator/prometheus").body()).contains("serin_artifacts_stored 1.0");
  }

  private JsonNode only() {
    JsonNode list = http.get("/api/v1/artifacts").json();
    assertThat(list.size()).isEqualTo(1);
    return list.path(0);
  }

  private static String ledger(String sha256) {
    return Json.mapper()
        .writeValueAsString(
            new Ledger(
                "needy",
                null,
                null,
                List.of(),
                new Ledger.KnownGood("1", new Artifact("file:///app", sha256), "r-1", null),
                List.of(),
                null,
                Map.of(),
                List.of(),
                1,
                null,
                List.of(),
                List.of(),
                null,
                null,
                null,
                false));
  }
}
