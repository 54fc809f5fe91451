package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredArtifactsTest {
  private static final byte[] OLD = "#!/bin/sh\necho old\n".getBytes(UTF_8);
  private static final byte[] NEW = "#!/bin/sh\necho new\n".getBytes(UTF_8);

  private final Map<String, byte[]> stored = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private volatile int refusal;
  @TempDir private Path directory = Path.of("");
  private HttpServer server = listen();
  private LocalBed bed = new LocalBed(Path.of(""));
  private Agent agent = Agent.on(bed, Path.of(""), install("/opt/app"));

  private HttpServer listen() {
    try {
      HttpServer listening =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      listening.createContext("/api/v1/artifacts/", this::answer);
      listening.start();
      return listening;
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  private static Install install(String path) {
    return new Install(path, Owner.number(), Owner.number(), "0755", List.of("app"), null, 3);
  }

  @BeforeEach
  void prepare() throws IOException {
    Path instance = Files.createDirectory(directory.resolve("instance"));
    Path files = Files.createDirectory(directory.resolve("files"));
    bed = new LocalBed(instance);
    bed.write(target(), OLD);
    agent =
        Agent.on(bed, files, install(target()))
            .withStore(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String target() {
    return directory.resolve("instance/app").toString();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String sha256 = Path.of(exchange.getRequestURI().getPath()).getFileName().toString();
    byte[] body = exchange.getRequestBody().readAllBytes();
    byte[] there = stored.get(sha256);
    String method = exchange.getRequestMethod();
    int status = there == null ? 404 : 200;
    if (refusal != 0) {
      status = refusal;
    } else if (method.equals("PUT")) {
      stored.put(sha256, body);
      status = 201;
    }
    boolean gives = status == 200 && method.equals("GET");
    exchange.sendResponseHeaders(status, gives && there != null ? there.length : -1);
    if (gives && there != null) {
      exchange.getResponseBody().write(there);
    }
    exchange.close();
    asked.add(method + " " + status);
  }

  private String nextAsked() throws InterruptedException {
    return String.valueOf(asked.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void restoresFromTheStoreWhatTheNodeHasLost() {
    stored.put(Binaries.digest(OLD), OLD);
    bed.write(target(), NEW);

    assertThat(agent.restore(OLD, null)).isInstanceOf(IncusEvent.BinaryRestored.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void restoresFromTheStoreWhatTheSourceHasLostToo() {
    stored.put(Binaries.digest(OLD), OLD);
    bed.write(target(), NEW);

    assertThat(agent.restore(OLD, new Artifact("file:///nowhere/app", Binaries.digest(OLD))))
        .isInstanceOf(IncusEvent.BinaryRestored.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void restoresFromTheStoreWhileTheSourceIsAway() {
    stored.put(Binaries.digest(OLD), OLD);
    bed.write(target(), NEW);

    // Nobody listens on port 1.
    assertThat(agent.restore(OLD, new Artifact("http://127.0.0.1:1/app", Binaries.digest(OLD))))
        .isInstanceOf(IncusEvent.BinaryRestored.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
  }

  /// What `serin rollback` releases: the binary as the node keeps it.
  private Artifact kept(byte[] binary) {
    String digest = Binaries.digest(binary);
    return new Artifact("node:" + directory + "/instance/.serin/app-" + digest, digest);
  }

  private IncusEvent pushKept(byte[] binary) {
    return agent.answer(
        new IncusCommand.PushArtifact(agent.head(), agent.ref(), agent.install(), kept(binary)));
  }

  @Test
  void aReturnToAnEarlierReleaseNeedsNoFileOnTheNode() {
    stored.put(Binaries.digest(OLD), OLD);
    bed.write(target(), NEW);

    assertThat(pushKept(OLD)).isInstanceOf(IncusEvent.ArtifactPushed.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void anotherFileInItsPlaceIsAsGoodAsNone() throws IOException {
    stored.put(Binaries.digest(OLD), OLD);
    bed.write(target(), NEW);
    Path there = Path.of(URI.create(kept(OLD).uri()).getPath());
    Files.createDirectories(there.getParent());
    Files.write(there, NEW);

    assertThat(pushKept(OLD)).isInstanceOf(IncusEvent.ArtifactPushed.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void whatNeitherNodeNorStoreHasIsNotFound() {
    assertThat(Agent.failure(pushKept(NEW)).reason()).isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void saysThatTheStoreHasItNeither() {
    bed.write(target(), NEW);

    Failure failure = Agent.failure(agent.restore(OLD, null));

    assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(failure.retryable()).isFalse();
    assertThat(failure.found()).contains("none from the store of artifacts", "HTTP status 404");
    assertThat(failure.advice()).contains("by hand");
  }

  @Test
  void aStoreThatIsAwayIsWorthAnotherTry() {
    bed.write(target(), NEW);
    server.stop(0);

    Failure failure = Agent.failure(agent.restore(OLD, null));

    assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void theStoreIsNotAskedForWhatTheNodeHas() {
    agent.keep(OLD);
    bed.write(target(), NEW);

    agent.restore(OLD, null);

    assertThat(asked).isEmpty();
  }

  @Test
  void putsWhatItInstalledIntoTheStoreOnce() throws InterruptedException {
    assertThat(agent.push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
    assertThat(nextAsked()).isEqualTo("HEAD 404");
    assertThat(nextAsked()).isEqualTo("PUT 201");
    assertThat(stored).containsOnlyKeys(Binaries.digest(NEW));

    agent.push(NEW);
    assertThat(nextAsked()).isEqualTo("HEAD 200");
    assertThat(asked).isEmpty();
  }

  @Test
  void aStoreThatRefusesFailsNoPush() throws InterruptedException {
    refusal = 507;

    assertThat(agent.push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
    assertThat(nextAsked()).isEqualTo("HEAD 507");
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(NEW));
  }

  @Test
  void aStoreThatIsAwayFailsNoPush() {
    server.stop(0);

    assertThat(agent.push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
  }

  @Test
  void theNextPushSaysWhatTheStoreHasNotTaken() {
    agent.withoutInTheStore(Map.of(Binaries.digest(NEW), "found HTTP status 507"));

    assertThat(agent.push(NEW))
        .isInstanceOfSatisfying(
            IncusEvent.ArtifactPushed.class,
            pushed ->
                assertThat(pushed.warnings())
                    .containsExactly(
                        "the store of artifacts has not taken sha256:"
                            + Binaries.digest(NEW).substring(0, 12)
                            + ", so that a rollback to it finds it on the nodes alone (found HTTP"
                            + " status 507); it is tried again"));
  }

  @Test
  void preflightSaysThatTheStoreLacksWhatARollbackGoesBackTo() throws IOException {
    Path tools = Files.createDirectory(directory.resolve("tools"));
    Path systemctl =
        Files.writeString(
            tools.resolve("systemctl"), "#!/bin/sh\necho LoadState=loaded ActiveState=active\n");
    Files.setPosixFilePermissions(systemctl, PosixFilePermissions.fromString("rwx------"));
    bed.tools(tools);
    agent.withoutInTheStore(Map.of(Binaries.digest(OLD), "found HTTP status 507"));

    IncusEvent.InstancesInspected seen =
        agent.inspect(new Artifact("file:///build/app", Binaries.digest(NEW)));

    assertThat(seen.warnings())
        .as("%s", seen)
        .anyMatch(warning ->
            warning.startsWith(bed.instance() + ": the store of artifacts has not taken"));
  }
}
