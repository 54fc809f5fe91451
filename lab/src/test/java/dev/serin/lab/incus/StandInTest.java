package dev.serin.lab.incus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(300)
class StandInTest {

  private static final String BINARY = "/opt/serin-lab/backend-api/backend-api";
  private static final Map<String, String> OCTETS =
      Map.of("Content-Type", "application/octet-stream");

  @TempDir private Path directory = Path.of("");
  private final JsonMapper json = JsonMapper.builder().build();
  private Instant now = Instant.EPOCH;
  private Instance instance =
      new Instance("n1", directory, "127.0.0.11:8080", Path.of("java"), InstantSource.system());
  private Api api = api();

  @BeforeEach
  void start() throws IOException {
    Path home = directory.resolve("n1");
    instance = new Instance("n1", home, "127.0.0.11:8080", Path.of("java"), InstantSource.system());
    instance.prepare(directory.resolve("incus.sock"), true);
    Path binary = instance.locate(BINARY).orElseThrow();
    Files.writeString(binary, "#!/bin/sh\nexec sleep 60\n");
    assertThat(binary.toFile().setExecutable(true)).isTrue();
    instance.start();
    api = api();
  }

  @AfterEach
  void stop() {
    instance.stop(true);
  }

  @Test
  void aPushedFileHasItsModeAndAnOverwrittenOneKeepsIt() throws Exception {
    push("/opt/serin-lab/file", "one", "0750");
    assertThat(header(get("/opt/serin-lab/file"), "X-Incus-mode")).isEqualTo("0750");

    push("/opt/serin-lab/file", "two", "0644");
    assertThat(header(get("/opt/serin-lab/file"), "X-Incus-mode")).isEqualTo("0750");
    assertThat(text(get("/opt/serin-lab/file"))).isEqualTo("two");
  }

  @Test
  void aModeWithoutALeadingZeroIsDecimal() throws Exception {
    push("/opt/serin-lab/file", "one", "420");

    assertThat(header(get("/opt/serin-lab/file"), "X-Incus-mode")).isEqualTo("0644");
  }

  @Test
  void aFormIsAnsweredWellAndWritesNothing() throws Exception {
    ApiReply reply =
        call(
            "POST",
            "/1.0/instances/n1/files",
            Map.of("path", "/opt/serin-lab/file"),
            Map.of("Content-Type", "application/x-www-form-urlencoded"),
            "one");

    assertThat(reply).isInstanceOf(ApiReply.Sync.class);
    assertThat(get("/opt/serin-lab/file")).isEqualTo(new ApiReply.Error(404, "Not Found"));
  }

  @Test
  void aPathStaysBelowTheInstance() throws Exception {
    assertThat(push("/opt/serin-lab/../../../../escaped", "x", "0644"))
        .isInstanceOf(ApiReply.Sync.class);

    assertThat(directory.resolve("n1/root/escaped")).hasContent("x");
    assertThat(push("relative", "x", "0644")).isEqualTo(new ApiReply.Error(404, "Not Found"));
    assertThat(push("/no/such/directory", "x", "0644"))
        .isEqualTo(new ApiReply.Error(404, "Not Found"));
  }

  @Test
  void aCommandsOutputSpeaksOfTheInstancesOwnPaths() throws Exception {
    JsonNode ended = run("ls " + BINARY + "; echo trouble >&2; exit 3");

    assertThat(ended.path("status").asString()).isEqualTo("Success");
    assertThat(ended.path("metadata").path("return").asInt()).isEqualTo(3);
    assertThat(output(ended, "1")).isEqualTo(BINARY + "\n");
    assertThat(output(ended, "2")).isEqualTo("trouble\n");
  }

  @Test
  void aRecordedOutputCanBeDeleted() throws Exception {
    JsonNode ended = run("true");
    String log = ended.path("metadata").path("output").path("1").asString();

    assertThat(call("DELETE", log)).isInstanceOf(ApiReply.Sync.class);
    assertThat(call("GET", log)).isInstanceOf(ApiReply.Error.class);
    assertThat(call("GET", "/1.0/instances/n1/logs/exec-output/..%2funit.pid"))
        .isInstanceOf(ApiReply.Error.class);
  }

  @Test
  void aMissingCommandIsAFailedOperation() throws Exception {
    ApiReply reply = await(execute("{\"command\": [\"no-such-command\"]}"), "5");

    assertThat(reply).isEqualTo(new ApiReply.LateError(400, "Command not found"));
  }

  @Test
  void aWaitThatIsTooShortSaysSoAndTheOperationGoesOn() throws Exception {
    String operation = execute("{\"command\": [\"sleep\", \"1\"]}");

    assertThat(await(operation, "0"))
        .isEqualTo(new ApiReply.LateError(500, "context deadline exceeded"));
    assertThat(await(operation, "30")).isInstanceOf(ApiReply.Sync.class);
  }

  @Test
  void aFinishedOperationIsForgottenAfterFiveSeconds() throws Exception {
    String operation = execute("{\"command\": [\"true\"]}");
    await(operation, "30");

    now = now.plus(Duration.ofSeconds(5));
    assertThat(call("GET", operation)).isInstanceOf(ApiReply.Sync.class);
    now = now.plusMillis(1);
    assertThat(call("GET", operation)).isEqualTo(new ApiReply.Error(404, "Operation not found"));
  }

  @Test
  void aStoppedInstanceRunsNothing() throws Exception {
    ApiReply reply =
        call(
            "PUT",
            "/1.0/instances/n1/state",
            Map.of(),
            Map.of(),
            "{\"action\": \"stop\", \"force\": true}");
    await(((ApiReply.Async) reply).operation(), "30");

    assertThat(
            call("POST", "/1.0/instances/n1/exec", Map.of(), Map.of(), "{\"command\": [\"true\"]}"))
        .isEqualTo(new ApiReply.Error(400, "Instance is not running"));
    assertThat(call("GET", "/1.0/instances/n1"))
        .extracting(found -> ((ApiReply.Sync) found).metadata().path("status").asString())
        .isEqualTo("Stopped");
  }

  @Test
  void anUnknownInstanceIsNotFound() throws Exception {
    assertThat(call("GET", "/1.0/instances/n2"))
        .isEqualTo(
            new ApiReply.Error(
                404, "Failed to fetch instance \"n2\" in project \"default\": Instance not found"));
  }

  @Test
  void itsSystemctlReachesTheUnitThroughTheSocket() throws Exception {
    Server server = StandIn.serve(directory.resolve("incus.sock"), List.of(instance));
    try {
      String before = output(run("systemctl show -p InvocationID --value backend-api"), "1");
      JsonNode ended =
          run(
              "systemctl restart backend-api; systemctl is-active backend-api;"
                  + " systemctl show -p InvocationID --value backend-api; systemctl start nope");

      assertThat(output(ended, "1")).startsWith("active\n").doesNotContain(before);
      assertThat(output(ended, "2")).contains("Unit nope.service not found");
      assertThat(ended.path("metadata").path("return").asInt()).isEqualTo(5);
    } finally {
      server.stop();
    }
  }

  @Test
  void showSaysTimesAsSystemdDoes() {
    Systemctl.Outcome outcome =
        instance
            .systemctl()
            .run(
                List.of(
                    "show", "--timestamp=us", "-p", "ExecMainStartTimestamp,Job", "backend-api"));

    assertThat(outcome.output())
        .matches(
            Pattern.compile(
                "ExecMainStartTimestamp=... \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6} UTC\n"
                    + "Job=\n"));
  }

  private Api api() {
    return new Api(List.of(instance), json, new Operations(json, () -> now));
  }

  private ApiReply call(String method, String path) throws Exception {
    return call(method, path, Map.of(), Map.of(), "");
  }

  private ApiReply call(
      String method,
      String path,
      Map<String, String> query,
      Map<String, String> headers,
      String body)
      throws Exception {
    return api.answer(
        new Api.Call(
            method,
            List.of(path.substring(1).split("/", -1)),
            query,
            name -> Optional.ofNullable(headers.get(name)).orElse(""),
            new ByteArrayInputStream(body.getBytes(UTF_8))));
  }

  private ApiReply get(String path) throws Exception {
    return call("GET", "/1.0/instances/n1/files", Map.of("path", path), Map.of(), "");
  }

  private ApiReply push(String path, String text, String mode) throws Exception {
    Map<String, String> headers =
        Map.of("Content-Type", String.valueOf(OCTETS.get("Content-Type")), "X-Incus-mode", mode);
    return call("POST", "/1.0/instances/n1/files", Map.of("path", path), headers, text);
  }

  private String execute(String body) throws Exception {
    ApiReply reply = call("POST", "/1.0/instances/n1/exec", Map.of(), Map.of(), body);
    return ((ApiReply.Async) reply).operation();
  }

  private ApiReply await(String operation, String seconds) throws Exception {
    return call("GET", operation + "/wait", Map.of("timeout", seconds), Map.of(), "");
  }

  private JsonNode run(String script) throws Exception {
    String body =
        json.writeValueAsString(
            Map.of("command", List.of("sh", "-c", script), "record-output", true));
    return ((ApiReply.Sync) await(execute(body), "30")).metadata();
  }

  private String output(JsonNode ended, String stream) throws Exception {
    return text(call("GET", ended.path("metadata").path("output").path(stream).asString()));
  }

  private static String text(ApiReply reply) {
    return UTF_8.decode(((ApiReply.Raw) reply).bytes().duplicate()).toString();
  }

  private static String header(ApiReply reply, String name) {
    return String.valueOf(((ApiReply.Raw) reply).headers().get(name));
  }
}
