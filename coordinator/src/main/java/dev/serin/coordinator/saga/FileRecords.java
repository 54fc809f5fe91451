package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.incus.IncusCommand.FileChange;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.ReleasePlan.PlannedFile;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.coordinator.plan.BlueGreen;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The further files of a release: what each node had in their place, and what takes a release that
/// brought them back. Known by digest, owner and mode; nobody here ever has their content.
public final class FileRecords {
  private FileRecords() {}

  /// Each file that a node gets, with what it had before.
  public static List<FileChange> changes(Rollout rollout, NodeRecord record) {
    List<FileChange> changes = new ArrayList<>();
    for (ReleaseFile file : rollout.request().filesOf(record.name())) {
      before(record, file.path()).map(it -> new FileChange(file, it)).ifPresent(changes::add);
    }
    return changes;
  }

  private static Optional<FileState> before(NodeRecord record, String path) {
    return record.filesBefore().stream().filter(it -> it.path().equals(path)).findFirst();
  }

  /// An agent from before there were further files would leave them out without a word.
  static List<String> problems(ReleaseRequested request, Collection<InstanceSeen> instances) {
    List<String> problems = new ArrayList<>();
    for (InstanceSeen seen : instances) {
      Set<String> told = new LinkedHashSet<>();
      seen.files().forEach(file -> told.add(file.path()));
      request.filesOf(seen.node()).stream()
          .map(ReleaseFile::path)
          .filter(path -> !told.contains(path) && seen.problems().isEmpty())
          .map(path ->
              "file "
                  + path
                  + " of "
                  + seen.node()
                  + ": expected the incus-agent to say what is there, found that it does not; is"
                  + " it of this version?")
          .forEach(problems::add);
    }
    return problems;
  }

  /// What brings files back belongs to the nodes that had them: of two groups the other one stands
  /// by where the same binary came to both.
  static List<String> ofTheOtherGroup(ServiceDefinition service, ReleaseRequested request) {
    boolean isCovered =
        request.files().stream()
            .allMatch(file -> service.canaries().stream().map(Node::name).allMatch(file::isFor));
    return !service.isBlueGreen() || isCovered
        ? List.of()
        : List.of(
            "files: expected group "
                + BlueGreen.comes(service)
                + ", which stands by, to have had "
                + request.version()
                + " with its files, found that Serin knows them of the other group's nodes alone;"
                + " release what shall run together with its files");
  }

  /// Of two groups, the one that comes has at these paths what it had when it served last.
  static List<String> unbrought(
      ServiceDefinition service, ReleaseRequested request, Ledger.@Nullable KnownGood good) {
    if (!service.isBlueGreen()
        || good == null
        || Returns.isWayBack(service.install(), request.artifact())) {
      return List.of();
    }
    Set<String> brought = new LinkedHashSet<>();
    request.files().forEach(file -> brought.add(file.path()));
    List<String> missing =
        good.files().stream()
            .map(ReleaseFile::path)
            .filter(path -> !brought.contains(path))
            .toList();
    return missing.isEmpty()
        ? List.of()
        : List.of(
            good.version()
                + " brought "
                + String.join(", ", missing)
                + ", this release does not: group "
                + BlueGreen.comes(service)
                + " has there what it had when it served last, or nothing");
  }

  /// Another agent than the one that looked may be from before there were further files: it has
  /// left them out, and says nothing of them where its step ends. None where all of them are told.
  static @Nullable Failure untold(Rollout rollout, AgentEvent event) {
    List<FileState> told;
    if (event instanceof IncusEvent.ArtifactPushed pushed) {
      told = pushed.files();
    } else if (event instanceof IncusEvent.BinaryRestored restored) {
      told = restored.files();
    } else {
      return null;
    }
    NodeRecord record = rollout.nodes().get(Objects.requireNonNull(event.head().node()));
    List<String> asked =
        record == null
            ? List.of()
            : changes(rollout, record).stream().map(change -> change.file().path()).toList();
    return told.stream().map(FileState::path).toList().containsAll(asked)
        ? null
        : new Failure(
            Failure.Reason.REFUSED,
            "the incus-agent to say what became of " + String.join(", ", asked),
            "that it does not; is it of this version?",
            "see that every incus-agent is, and retry",
            true);
  }

  /// What takes this rollout's files back: what the nodes that got them had before. What all nodes
  /// had alike is said once.
  static List<ReleaseFile> before(Rollout rollout) {
    Set<String> pushed = new LinkedHashSet<>();
    rollout.steps().stream()
        .filter(step -> step.name() == StepName.PUSH && step.isBegun() && !step.undo())
        .map(Step::node)
        .forEach(pushed::add);
    Map<FileState, Set<String>> nodes = new LinkedHashMap<>();
    for (NodeRecord record : new TreeMap<>(rollout.nodes()).values()) {
      if (pushed.contains(record.name())) {
        changes(rollout, record)
            .forEach(change ->
                nodes
                    .computeIfAbsent(change.before(), _ -> new LinkedHashSet<>())
                    .add(record.name()));
      }
    }
    ServiceDefinition service = rollout.service();
    List<ReleaseFile> files = new ArrayList<>();
    nodes.forEach((state, having) ->
        files.add(
            file(
                service.install(),
                state,
                having.size() == service.nodes().size() ? List.of() : List.copyOf(having))));
    return List.copyOf(files);
  }

  /// What takes two rollouts back that have left their files on a part of the fleet each: what a
  /// node had before the first of them.
  static List<ReleaseFile> merged(
      ServiceDefinition service, List<ReleaseFile> first, List<ReleaseFile> then) {
    List<ReleaseFile> all = new ArrayList<>(first);
    for (ReleaseFile file : then) {
      List<String> left =
          service.nodes().stream()
              .map(Node::name)
              .filter(file::isFor)
              .filter(node ->
                  first.stream().noneMatch(it -> it.path().equals(file.path()) && it.isFor(node)))
              .toList();
      if (!left.isEmpty()) {
        all.add(
            new ReleaseFile(
                file.path(), file.artifact(), file.uid(), file.gid(), file.mode(), left));
      }
    }
    return List.copyOf(all);
  }

  private static ReleaseFile file(Install install, FileState state, List<String> nodes) {
    String sha256 = state.sha256();
    return sha256 == null
        ? new ReleaseFile(state.path(), null, "root", "root", "0640", nodes)
        : new ReleaseFile(
            state.path(),
            kept(install, state.path(), sha256),
            state.uid(),
            state.gid(),
            state.mode(),
            nodes);
  }

  private static Artifact kept(Install install, String path, String sha256) {
    try {
      String uri = new URI("node", null, keptPath(install, path, sha256), null).toString();
      return new Artifact(uri, sha256);
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException("an absolute path is a URI's path: " + path, impossible);
    }
  }

  /// Where a node keeps that content of that file.
  public static String keptPath(Install install, String path, String sha256) {
    return heldIn(install) + "/" + key(path) + "-" + sha256;
  }

  /// The folder in which a node keeps files.
  public static String heldIn(Install install) {
    int slash = install.path().lastIndexOf('/');
    return install.path().substring(0, slash)
        + "/.serin/."
        + install.path().substring(slash + 1)
        + ".files";
  }

  private static String key(String path) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(path.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, 16);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  /// The digests of what is brought.
  public static List<String> digests(List<ReleaseFile> files) {
    List<String> digests = new ArrayList<>();
    for (ReleaseFile file : files) {
      Artifact artifact = file.artifact();
      if (artifact != null) {
        digests.add(artifact.sha256());
      }
    }
    return digests;
  }

  /// What a release would do to each path.
  static List<PlannedFile> planned(
      ReleaseRequested request, Collection<InstanceSeen> instances, Set<String> installing) {
    List<PlannedFile> planned = new ArrayList<>();
    for (ReleaseFile file : request.files()) {
      List<String> adds = new ArrayList<>();
      List<String> replaces = new ArrayList<>();
      List<String> same = new ArrayList<>();
      for (InstanceSeen seen : instances) {
        if (file.isFor(seen.node()) && installing.contains(seen.node())) {
          seen.files().stream()
              .filter(state -> state.path().equals(file.path()))
              .findFirst()
              .ifPresent(now ->
                  (isSame(file, now) ? same : now.sha256() == null ? adds : replaces)
                      .add(seen.node()));
        }
      }
      planned.add(
          new PlannedFile(
              file.path(),
              file.uid(),
              file.gid(),
              file.mode(),
              file.artifact() == null ? "" : file.artifact().sha256(),
              adds,
              replaces,
              same));
    }
    return planned;
  }

  /// A name is not known here as a number, so an owner by name is left to the node.
  private static boolean isSame(ReleaseFile file, FileState now) {
    Artifact artifact = file.artifact();
    if (artifact == null || now.sha256() == null) {
      return artifact == null && now.sha256() == null;
    }
    return artifact.sha256().equals(now.sha256())
        && file.mode().equals(now.mode())
        && isSame(file.uid(), now.uid())
        && isSame(file.gid(), now.gid());
  }

  private static boolean isSame(String wanted, String number) {
    return !wanted.matches("[0-9]+")
        ? !wanted.equals("root") || number.equals("0")
        : wanted.equals(number);
  }

  /// Which files the node does not have as it had them: somebody had changed them before the
  /// release did, and theirs was left.
  static String left(Rollout rollout, IncusEvent.BinaryRestored restored) {
    NodeRecord record = rollout.nodes().get(Objects.requireNonNull(restored.head().node()));
    List<String> left =
        record == null
            ? List.of()
            : changes(rollout, record).stream()
                .map(FileChange::before)
                .filter(before -> !restored.files().contains(before))
                .map(FileState::path)
                .toList();
    return left.isEmpty()
        ? ""
        : ", but for "
            + String.join(", ", left)
            + ", which somebody else has changed: theirs stays";
  }

  /// Such as ` and 2 further files`; nothing where there is none.
  static String counted(int files) {
    return files == 0 ? "" : " and " + files + " further file" + (files == 1 ? "" : "s");
  }
}
