package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServicesTest {
  private static final String SOUND =
      """
      service: backend-api
      pool: api_pool
      loadBalancers: [haproxy-1]
      nodes:
        - {name: b1}
        - {name: b2, canary: true}
      install: {path: /opt/api, uid: 1001, gid: 1001, mode: 0755, unit: api}
      health: {url: "http://127.0.0.1:8080/health", within: 60s}
      analysis: {window: 1h, interval: 30s}
      slis:
        - {name: errors, query: up, max: 0.5%}
      """;

  private final StubCoordinator stub = new StubCoordinator();
  @TempDir private Path directory = Path.of("");

  @AfterEach
  void stop() {
    stub.close();
  }

  private String file(String text) throws IOException {
    return Files.writeString(directory.resolve("services.yaml"), text).toString();
  }

  @Test
  void definesListsAndShowsServices() throws Exception {
    String two = SOUND + "---\n" + SOUND.replace("backend-api", "stream-server");

    SerinRun applied = SerinRun.of(stub, "services", "apply", "-f", file(two));

    assertThat(applied.err()).isEmpty();
    assertThat(applied.code()).isZero();
    assertThat(applied.out()).isEqualTo("backend-api is defined\nstream-server is defined\n");
    assertThat(SerinRun.of(stub, "services", "list").out())
        .isEqualTo(
            """
            SERVICE        NODES            POOL      STRATEGY           WINDOW
            backend-api    b1, b2 (canary)  api_pool  canary-then-peers  1h
            stream-server  b1, b2 (canary)  api_pool  canary-then-peers  1h
            """);
    assertThat(SerinRun.of(stub, "services", "get", "backend-api").out())
        .contains("service: backend-api\n")
        .contains("max: 0.5%\n");
    assertThat(
            SerinRun.of(stub, "services", "get", "backend-api", "-o", "json").json().path("pool"))
        .hasToString("\"api_pool\"");
    assertThat(SerinRun.of(stub, "services", "get", "nobody").code()).isEqualTo(1);
  }

  @Test
  void whatItShowsCanBeAppliedAgain() throws Exception {
    SerinRun.of(stub, "services", "apply", "-f", file(SOUND));
    String shown = SerinRun.of(stub, "services", "get", "backend-api").out();

    SerinRun again =
        SerinRun.start(stub.url(), Instant.EPOCH, shown, "services", "apply", "-f", "-");

    assertThat(again.code()).isZero();
    assertThat(SerinRun.of(stub, "services", "get", "backend-api").out()).isEqualTo(shown);
  }

  @Test
  void listsAllProblemsOfAllDocumentsAndSendsNone() throws Exception {
    String contradicts =
        SOUND.replace(", canary: true", "").replace("1h", "-5s").replace("query: up, ", "");

    SerinRun run =
        SerinRun.of(
            stub,
            "services",
            "apply",
            "-f",
            file(SOUND + "---\n" + contradicts.replace("backend-api", "a;b")));

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err())
        .contains("services.yaml, document 2: service: expected 1 to 100 letters")
        .contains("document 2: nodes: expected at least one with canary: true, found none")
        .contains("document 2: analysis.window: expected a duration")
        .contains("document 2: slis[0].query: expected a query, is missing");
    assertThat(SerinRun.of(stub, "services", "-o", "json").json()).isEmpty();
  }

  @Test
  void saysWhereAFileIsNoYaml() throws Exception {
    SerinRun broken = SerinRun.of(stub, "services", "apply", "-f", file("service: [a\nnodes: }\n"));
    SerinRun twice =
        SerinRun.of(
            stub, "services", "apply", "-f", file("service: a\nservice: b\n"), "-o", "json");
    SerinRun empty = SerinRun.of(stub, "services", "apply", "-f", file("# nothing\n"));
    SerinRun missing = SerinRun.of(stub, "services", "apply", "-f", "/no/such/file");

    assertThat(broken.code()).isEqualTo(5);
    assertThat(broken.err()).contains("services.yaml: line 2, column ");
    assertThat(twice.code()).isEqualTo(5);
    assertThat(twice.json().path("problems").get(0).asString()).contains("duplicate key service");
    assertThat(empty.code()).isEqualTo(5);
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("found nothing at /no/such/file");
  }
}
