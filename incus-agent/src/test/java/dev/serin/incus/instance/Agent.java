package dev.serin.incus.instance;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusCommand.InstanceRef;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.contracts.service.ServiceDefinition.Health;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.artifact.ArtifactSource;
import dev.serin.incus.artifact.Artifacts;
import dev.serin.incus.artifact.Downloads;
import dev.serin.incus.artifact.Located;
import dev.serin.incus.artifact.Store;
import dev.serin.incus.artifact.StoreMetrics;
import dev.serin.incus.artifact.StoredArtifacts;
import dev.serin.incus.rest.IncusServer;
import dev.serin.incus.rest.Wire;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// An incus-agent's handler over any wire, and the commands that tests give it.
final class Agent {
  private final Bed bed;
  private final Wire wire;
  private final Path files;
  private final Turn turn;
  private final Install install;
  private final long fence;
  private Optional<URI> store = Optional.empty();
  private Map<String, String> unstored = Map.of();

  /// Artifacts of which the store has not taken some.
  private record Lacking(ArtifactSource artifacts, Map<String, String> unstored)
      implements ArtifactSource {
    @Override
    public Located locate(Artifact artifact) {
      return artifacts.locate(artifact);
    }

    @Override
    public Optional<String> unstored(String sha256) {
      return Optional.ofNullable(unstored.get(sha256));
    }
  }

  /// @param why by digest
  Agent withoutInTheStore(Map<String, String> why) {
    unstored = why;
    return this;
  }

  private Agent(Bed bed, Wire wire, Path files, Turn turn, Install install, long fence) {
    this.bed = bed;
    this.wire = wire;
    this.files = files;
    this.turn = turn;
    this.install = install;
    this.fence = fence;
  }

  /// @param files where artifacts lie on the agent's machine
  static Agent on(Bed bed, Path files, Install install) {
    return new Agent(bed, bed.wire(), files, new HandTurn(), install, 1);
  }

  Agent over(Wire other) {
    return new Agent(bed, other, files, turn, install, fence);
  }

  Agent inTurn(Turn other) {
    return new Agent(bed, wire, files, other, install, fence);
  }

  Agent installing(Install other) {
    return new Agent(bed, wire, files, turn, other, fence);
  }

  /// An agent whose commands carry this fence; of its own, as after a restart.
  Agent withFence(long other) {
    return new Agent(bed, wire, files, turn, install, other);
  }

  /// @param address of a coordinator with a store of artifacts
  Agent withStore(URI address) {
    Agent with = new Agent(bed, wire, files, turn, install, fence);
    with.store = Optional.of(address);
    return with;
  }

  Install install() {
    return install;
  }

  Artifact artifact(byte[] binary) {
    try {
      Path file = Files.write(files.resolve(Binaries.digest(binary)), binary);
      return new Artifact(file.toUri().toString(), Binaries.digest(binary));
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  IncusEvent keep(byte[] binary) {
    return answer(new IncusCommand.KeepBinary(head(), ref(), install, Binaries.digest(binary)));
  }

  IncusEvent push(byte[] binary) {
    return push(artifact(binary));
  }

  IncusEvent push(Artifact artifact) {
    return answer(new IncusCommand.PushArtifact(head(), ref(), install, artifact));
  }

  IncusEvent restart() {
    return restart(List.of());
  }

  IncusEvent restart(List<String> outworn) {
    return answer(new IncusCommand.RestartUnits(head(), ref(), install, outworn, false));
  }

  IncusEvent startWhatIsDown() {
    return answer(new IncusCommand.RestartUnits(head(), ref(), install, List.of(), true));
  }

  IncusEvent health(String url, Duration within) {
    return answer(new IncusCommand.CheckHealth(head(), ref(), install, new Health(url, within)));
  }

  IncusEvent restore(byte[] binary, @Nullable Artifact source) {
    return restore(binary, source, List.of());
  }

  IncusEvent restore(byte[] binary, @Nullable Artifact source, List<String> known) {
    return restore(binary, source, known, Map.of());
  }

  IncusEvent restore(
      byte[] binary, @Nullable Artifact source, List<String> known, Map<String, String> unitFiles) {
    return answer(
        new IncusCommand.RestoreBinary(
            head(), ref(), install, Binaries.digest(binary), source, known, unitFiles));
  }

  private @Nullable IncusCommandHandler looking;

  /// What a look in passing tells, by an agent that remembers the looks before; nothing where
  /// nothing has changed.
  List<IncusEvent.InstanceChange> noticed(IncusCommand.KnownInstance known) {
    return look(new IncusCommand.LookAtInstances(head(), install, List.of(known)))
        .map(IncusEvent.InstancesChangedByHand::changes)
        .orElse(List.of());
  }

  /// The answer to a look that something waits for; none while there is none to give.
  Optional<IncusEvent.InstancesChangedByHand> looksAlways(IncusCommand.KnownInstance known) {
    return look(new IncusCommand.LookAtInstances(head(), install, List.of(known), true));
  }

  private Optional<IncusEvent.InstancesChangedByHand> look(IncusCommand.LookAtInstances look) {
    List<IncusEvent> answers = new ArrayList<>();
    if (looking == null) {
      looking = handler();
    }
    try {
      looking.handle(look, turn, answers::add);
    } catch (Turn.Preempted preempted) {
      throw new AssertionError(preempted);
    }
    return answers.stream().map(IncusEvent.InstancesChangedByHand.class::cast).findFirst();
  }

  IncusEvent.InstancesInspected inspect(Artifact artifact) {
    return inspect(artifact, null);
  }

  IncusEvent.InstancesInspected inspect(Artifact artifact, @Nullable Artifact rollback) {
    return (IncusEvent.InstancesInspected)
        answer(
            new IncusCommand.InspectInstances(head(), List.of(ref()), install, artifact, rollback));
  }

  /// For a service that has this instance under many names.
  IncusEvent.InstancesInspected inspect(int names, Artifact artifact) {
    List<InstanceRef> refs =
        IntStream.rangeClosed(1, names)
            .mapToObj(number -> new InstanceRef("b" + number, bed.instance(), "default"))
            .toList();
    return (IncusEvent.InstancesInspected)
        answer(new IncusCommand.InspectInstances(head(), refs, install, artifact, null));
  }

  IncusEvent.InstanceSeen inspect(List<ReleaseFile> further) {
    IncusEvent answer =
        answer(
            new IncusCommand.InspectInstances(
                head(), List.of(ref()), install, null, null, further));
    return ((IncusEvent.InstancesInspected) answer).instances().getFirst();
  }

  /// The failure that the event tells.
  static Failure failure(IncusEvent event) {
    if (event instanceof IncusEvent.Failed(_, Failure failure)) {
      return failure;
    }
    throw new AssertionError("expected a failure, was " + event);
  }

  IncusEvent answer(IncusCommand command) {
    List<IncusEvent> answers = new ArrayList<>();
    try {
      handler().handle(command, turn, answers::add);
    } catch (Turn.Preempted preempted) {
      throw new AssertionError(preempted);
    }
    if (answers.size() != 1) {
      throw new AssertionError("expected one answer, was " + answers);
    }
    return answers.getFirst();
  }

  IncusCommandHandler handler() {
    Optional<Store> at = store.map(address -> new Store(address, Optional.empty()));
    StoredArtifacts artifacts =
        new StoredArtifacts(
            new Artifacts(new Downloads(files.resolve("downloads"), 1L << 31, at), files),
            at,
            new StoreMetrics(new SimpleMeterRegistry()));
    return new IncusCommandHandler(
        new Servers(List.of(new IncusServer("default", "default", wire))),
        unstored.isEmpty() ? artifacts : new Lacking(artifacts, unstored),
        () -> UUID.randomUUID().toString().replace("-", ""),
        Duration.ofMillis(500),
        Duration.ofSeconds(30));
  }

  InstanceRef ref() {
    return new InstanceRef("b1", bed.instance(), "default");
  }

  CommandHead head() {
    return new CommandHead(
        "c1", "r1", "backend-api", "b1", fence, Instant.parse("2026-11-20T12:00:00Z"));
  }
}
