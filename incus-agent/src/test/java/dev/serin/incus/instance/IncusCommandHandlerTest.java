package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusCommand.InstanceRef;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.rest.Reply;
import dev.serin.incus.rest.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncusCommandHandlerTest {
  private static final byte[] OLD = Binaries.serving("1", 200);
  private static final byte[] NEW = Binaries.serving("2", 200);

  @TempDir Path instance;
  @TempDir Path files;

  private LocalBed bed;
  private Agent agent;

  @BeforeEach
  void install() {
    bed = new LocalBed(instance);
    agent = Agent.on(bed, files, install(null, 3));
    bed.write(target(), OLD);
  }

  private String target() {
    // Nothing in a path may be taken for code.
    return instance + "/a $(b) 'c'/app;x";
  }

  private String kept(byte[] binary) {
    return instance + "/a $(b) 'c'/.serin/app;x-" + Binaries.digest(binary);
  }

  private Install install(@org.jspecify.annotations.Nullable String previous, int keep) {
    return new Install(
        target(), Owner.number(), Owner.number(), "0750", List.of("app"), previous, keep);
  }

  @Test
  void pushesWithOwnerAndMode() throws IOException {
    assertThat(agent.push(NEW))
        .isInstanceOfSatisfying(
            IncusEvent.ArtifactPushed.class,
            pushed -> {
              assertThat(pushed.unchanged()).isFalse();
              assertThat(pushed.sizeBytes()).isEqualTo(NEW.length);
              assertThat(pushed.sha256()).isEqualTo(Binaries.digest(NEW));
            });
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(target()))))
        .isEqualTo("rwxr-x---");
  }

  @Test
  void theSameBinaryIsLeftAlone() throws IOException {
    var before = Files.getLastModifiedTime(Path.of(target()));
    assertThat(agent.push(OLD))
        .isInstanceOfSatisfying(
            IncusEvent.ArtifactPushed.class, pushed -> assertThat(pushed.unchanged()).isTrue());
    assertThat(Files.getLastModifiedTime(Path.of(target()))).isEqualTo(before);
  }

  @Test
  void aBinaryThatBreaksOnItsWayIsNotInstalled() {
    bed.losesHalf(true);
    Failure failure = Agent.failure(agent.push(NEW));
    assertThat(failure.reason()).isEqualTo(Reason.DIGEST);
    assertThat(failure.expected()).contains(Binaries.digest(NEW));
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
    assertThat(bed.digests()).hasSize(1);

    bed.losesHalf(false);
    assertThat(agent.push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
  }

  @Test
  void aBinaryThatIsClearedAwayOnItsWayIsSentAgain() {
    bed.losesOne();
    assertThat(agent.push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(NEW));
  }

  @Test
  void anArtifactThatIsGoneChangesNothing() {
    Artifact gone = new Artifact("file:///nowhere/app", Binaries.digest(NEW));
    assertThat(Agent.failure(agent.push(gone)).reason()).isEqualTo(Reason.NOT_FOUND);
    Artifact goneOnNode = new Artifact("node:/nowhere/app", Binaries.digest(NEW));
    assertThat(Agent.failure(agent.push(goneOnNode)).reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void anArtifactOfTheNodeNeedNotBeThereWhereItIsInstalled() {
    Artifact kept = new Artifact("node:/nowhere/app", Binaries.digest(OLD));
    assertThat(agent.push(kept)).isInstanceOf(IncusEvent.ArtifactPushed.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void aKeptBinaryIsInstalledFromTheNodesOwnStore() throws URISyntaxException {
    agent.keep(OLD);
    agent.push(NEW);
    agent.keep(NEW);
    String uri = new URI("node", null, kept(OLD), null).toString();
    Artifact before = new Artifact(uri, Binaries.digest(OLD));
    assertThat(agent.push(before)).isInstanceOf(IncusEvent.ArtifactPushed.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
    assertThat(bed.digest(kept(OLD))).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void refusesToKeepWhatPreflightDidNotSee() {
    Failure failure = Agent.failure(agent.keep(NEW));
    assertThat(failure.reason()).isEqualTo(Reason.DIGEST);
    assertThat(failure.found()).isEqualTo(Binaries.digest(OLD));
    assertThat(bed.digests()).hasSize(1);
  }

  @Test
  void keepingAgainAfterThePushFindsItKept() {
    agent.keep(OLD);
    agent.push(NEW);
    assertThat(agent.keep(OLD)).isInstanceOf(IncusEvent.BinaryKept.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(NEW));
  }

  @Test
  void aKeptCopyThatRottedIsMadeAgain() {
    bed.write(kept(OLD), "rotten".getBytes(UTF_8));
    assertThat(agent.keep(OLD)).isInstanceOf(IncusEvent.BinaryKept.class);
    assertThat(bed.digest(kept(OLD))).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void keepsOnlyTheNewestAndNeverLosesTheInstalledOne() {
    Agent frugal = agent.installing(install(null, 2));
    List<byte[]> versions = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      byte[] version = Binaries.serving("v" + i, 200);
      versions.add(version);
      bed.write(target(), version);
      frugal.keep(version);
    }
    assertThat(bed.digests()).hasSize(3);
    assertThat(bed.digest(kept(versions.get(4)))).isNotEmpty();
    assertThat(bed.digest(kept(versions.get(3)))).isNotEmpty();
  }

  @Test
  void anotherServicesBinariesBesideItAreNotTouched() {
    String other = instance + "/a $(b) 'c'/.serin/app;x-y-" + Binaries.digest(NEW);
    bed.write(other, NEW);
    agent.installing(install(null, 1)).keep(OLD);
    assertThat(bed.digest(other)).isEqualTo(Binaries.digest(NEW));
  }

  @Test
  void previousIsTheBinaryBefore() {
    String previous = instance + "/app.previous";
    Agent withPrevious = agent.installing(install(previous, 3));
    withPrevious.keep(OLD);
    assertThat(bed.digest(previous)).isEqualTo(Binaries.digest(OLD));
    withPrevious.push(NEW);
    withPrevious.keep(NEW);
    assertThat(bed.digest(previous)).isEqualTo(Binaries.digest(NEW));
  }

  @Test
  void restoresFromWhatIsThere() {
    String previous = instance + "/app.previous";
    Agent withPrevious = agent.installing(install(previous, 3));
    assertThat(source(withPrevious.restore(OLD, null))).isEqualTo("installed");

    bed.write(target(), NEW);
    bed.write(kept(OLD), OLD);
    assertThat(source(withPrevious.restore(OLD, null))).isEqualTo("kept");

    bed.write(target(), NEW);
    bed.write(kept(OLD), "rotten".getBytes(UTF_8));
    bed.write(previous, OLD);
    assertThat(source(withPrevious.restore(OLD, null))).isEqualTo("previous");

    bed.write(target(), NEW);
    bed.write(previous, "another".getBytes(UTF_8));
    assertThat(source(withPrevious.restore(OLD, agent.artifact(OLD)))).isEqualTo("artifact");
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
  }

  @Test
  void restoresWithTheRightsThatItHad() throws IOException {
    Path binary = Path.of(target());
    Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("r-x------"));
    agent.keep(OLD);
    agent.push(NEW);
    agent.restore(OLD, null);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(binary)))
        .isEqualTo("r-x------");
  }

  @Test
  void saysWhatToDoWhenThereIsNothingToRestore() {
    bed.write(target(), NEW);
    Failure failure = Agent.failure(agent.restore(OLD, null));
    assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(failure.expected()).contains(Binaries.digest(OLD));
    assertThat(failure.advice()).contains("by hand", "restart app");
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(NEW));

    Artifact gone = new Artifact("file:///nowhere/app", Binaries.digest(OLD));
    assertThat(Agent.failure(agent.restore(OLD, gone)).found()).contains("/nowhere/app");
  }

  @Test
  void aLostOperationIsLookedForAgain() {
    bed.forgetOnce();
    assertThat(agent.push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(NEW));
  }

  @Test
  void aServerThatStaysAwayIsUnreachable() {
    HandTurn turn = new HandTurn();
    var began = turn.now();
    Failure failure =
        Agent.failure(
            agent
                .inTurn(turn)
                .over(call -> {
                  throw new IOException("connection refused");
                })
                .push(NEW));
    assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(failure.retryable()).isTrue();
    assertThat(turn.now()).isBetween(began.plusSeconds(10), began.plusSeconds(16));
  }

  @Test
  void aServerThatStartsIsWaitedFor() {
    HandTurn turn = new HandTurn();
    var up = turn.now().plusSeconds(5);
    Wire starting =
        call ->
            turn.now().isBefore(up)
                ? refusal(503, "Daemon is starting up")
                : bed.wire().exchange(call);
    assertThat(agent.inTurn(turn).over(starting).push(NEW))
        .isInstanceOf(IncusEvent.ArtifactPushed.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(NEW));
  }

  @Test
  void aServerThatNeverEndsStartingIsUnreachable() {
    HandTurn turn = new HandTurn();
    var began = turn.now();
    Failure failure =
        Agent.failure(
            agent.inTurn(turn).over(call -> refusal(503, "Daemon is starting up")).push(NEW));
    assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.found()).isEqualTo("503 Daemon is starting up");
    assertThat(turn.now()).isBetween(began.plusSeconds(10), began.plusSeconds(16));
  }

  @Test
  void aServerThatDoesNotTrustTheAgentIsAskedForAWhileAndThenNamed() {
    HandTurn turn = new HandTurn();
    var began = turn.now();
    Failure failure =
        Agent.failure(agent.inTurn(turn).over(call -> refusal(403, "not authorized")).push(NEW));
    assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.sentence())
        .isEqualTo(
            "expected the Incus server default to trust the agent, found 403 not authorized; see"
                + " incus config trust list: the agent's certificate is not there, or it is"
                + " restricted to projects and default is not among them; and"
                + " serin.incus.servers.default");
    assertThat(turn.now()).isBetween(began.plusSeconds(10), began.plusSeconds(16));
  }

  private static Reply refusal(int code, String error) {
    return new Reply(
        code,
        "{\"type\":\"error\",\"error_code\":%d,\"error\":\"%s\"}"
            .formatted(code, error)
            .getBytes(UTF_8));
  }

  @Test
  void aStoppedInstanceIsNamedWithWhatToDo() {
    bed.status("Stopped");
    Failure failure = Agent.failure(agent.push(NEW));
    assertThat(failure.sentence())
        .isEqualTo(
            "expected instance backend-1 to be running, found it is stopped; incus start"
                + " backend-1");
  }

  @Test
  void anUnknownHostIsInvalid() {
    IncusCommand elsewhere =
        new IncusCommand.RestartUnits(
            agent.head(),
            new InstanceRef("b1", "backend-1", "elsewhere"),
            agent.install(),
            List.of(),
            false);
    assertThat(Agent.failure(agent.answer(elsewhere)).reason()).isEqualTo(Reason.INVALID);
  }

  @Test
  void aNewerCommandComesBeforeTheNextEffect() {
    for (int checks = 0; checks < 3; checks++) {
      HandTurn turn = new HandTurn();
      turn.endAfter(checks);
      IncusCommand push =
          new IncusCommand.PushArtifact(
              agent.head(), agent.ref(), agent.install(), agent.artifact(NEW));
      assertThatThrownBy(() -> agent.handler().handle(push, turn, _ -> {}))
          .isInstanceOf(Turn.Preempted.class);
      assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
    }
    assertThat(agent.push(NEW)).isInstanceOf(IncusEvent.ArtifactPushed.class);
  }

  private static String source(IncusEvent event) {
    return ((IncusEvent.BinaryRestored) event).source();
  }

  @Test
  void leavesABinaryThatItDoesNotKnowAlone() {
    byte[] theirs = Binaries.serving("3", 200);
    agent.keep(OLD);
    bed.write(target(), theirs);

    Failure failure =
        Agent.failure(
            agent.restore(OLD, null, List.of(Binaries.digest(OLD), Binaries.digest(NEW))));

    assertThat(failure.reason()).isEqualTo(Reason.FOREIGN);
    assertThat(failure.found())
        .isEqualTo("SHA-256 " + Binaries.digest(theirs) + ", put there by somebody else");
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(theirs));
  }

  @Test
  void restoresOverWhatItKnowsAndWhereNothingIsLeft() throws IOException {
    List<String> known = List.of(Binaries.digest(OLD), Binaries.digest(NEW));
    agent.keep(OLD);
    agent.push(NEW);
    assertThat(agent.restore(OLD, null, known)).isInstanceOf(IncusEvent.BinaryRestored.class);

    Files.delete(Path.of(target()));
    assertThat(agent.restore(OLD, null, known)).isInstanceOf(IncusEvent.BinaryRestored.class);
    assertThat(bed.digest(target())).isEqualTo(Binaries.digest(OLD));
  }
}
