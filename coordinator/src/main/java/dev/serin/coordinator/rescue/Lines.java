package dev.serin.coordinator.rescue;

import static dev.serin.coordinator.rescue.Shell.quoted;

import dev.serin.contracts.haproxy.HaproxyEvent.RuntimeAccess;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.incus.IncusEvent.InstanceAccess;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.saga.NodeRecord;
import dev.serin.coordinator.saga.Rollout;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The commands of one step, each on a line of its own.
final class Lines {
  private final Ledger ledger;
  private final Rollout rollout;

  Lines(Ledger ledger, Rollout rollout) {
    this.ledger = ledger;
    this.rollout = rollout;
  }

  String of(Step step) {
    String node = step.node();
    if (step.hook() != null) {
      return "  # hook: " + step.hook() + " is not called; ask or tell it yourself\n";
    }
    if (step.name() == StepName.CATCH_UP) {
      return "  # catch-up: every load balancer is to have every node as it is to be\n";
    }
    if (node == null) {
      return "  # "
          + step.name().shown()
          + ": watch the SLIs yourself; Serin would have for "
          + Plan.analysis(rollout.service(), step).window()
          + "\n";
    }
    NodeRecord record = Objects.requireNonNull(rollout.nodes().get(node));
    String title =
        "  echo " + quoted(node + ": " + (step.undo() ? "undo-" : "") + step.name().shown()) + "\n";
    Optional<String> unreachable = unreachable(step, record);
    if (unreachable.isPresent()) {
      return title + "  unreachable " + quoted(unreachable.get()) + "\n";
    }
    return title
        + switch (step.name()) {
          case DRAIN -> drain(record);
          case SHIFT -> shift(step);
          case READY, MAINT -> ready(record, home(record, step));
          case SERVING -> shown(record);
          case KEEP ->
              inside(record, Shell.KEEP, directory(), name(), record.sha256())
                  + new FileLines(rollout, record).keep();
          case PUSH ->
              String.join("", push(record, artifact().sha256(), artifact().uri()))
                  + new FileLines(rollout, record).push();
          case RESTORE -> restore(record) + new FileLines(rollout, record).restore();
          case RESTART -> restart(record);
          case HEALTH -> health(record);
          case SMOKE -> smoke();
          case ANALYSE, PAUSE, CATCH_UP, HOOK -> "";
        };
  }

  /// What the step needs and nobody has said how to reach; nothing is guessed.
  private Optional<String> unreachable(Step step, NodeRecord record) {
    return switch (step.name()) {
      case DRAIN, READY, MAINT, SERVING, SHIFT ->
          record.settings().stream()
              .map(ServerSetting::loadBalancer)
              .filter(name -> access(name).isEmpty())
              .findFirst();
      case KEEP, PUSH, RESTART, HEALTH, RESTORE ->
          record.instance() == null || record.instance().access() == null
              ? Optional.of(record.name())
              : Optional.empty();
      case SMOKE, ANALYSE, PAUSE, CATCH_UP, HOOK -> Optional.empty();
    };
  }

  /// What a person may ask of it before it is ready.
  private String smoke() {
    StringBuilder lines = new StringBuilder();
    rollout
        .service()
        .smoke()
        .forEach(request ->
            lines.append(
                "  echo "
                    + quoted("ask it yourself: " + request.line() + " gives " + request.status())
                    + "\n"));
    return lines.toString();
  }

  /// By hand nothing is watched, so no share is worth a step; only the way home is.
  private String shift(Step step) {
    StringBuilder lines = new StringBuilder();
    if (step.share() == null) {
      for (NodeRecord record : new TreeMap<>(rollout.nodes()).values()) {
        for (ServerSetting at : home(record, step)) {
          if (access(at.loadBalancer()).isPresent()) {
            lines.append(
                tell(at, "set server " + at.pool() + "/" + at.server() + " weight " + at.weight()));
          }
        }
      }
    }
    return lines.isEmpty() ? "  :\n" : lines.toString();
  }

  /// Every node has its own weight, however many of the requests the canaries get now.
  private static List<ServerSetting> home(NodeRecord record, Step step) {
    return step.undo() ? record.settings() : record.goal();
  }

  /// `drain` would take a server out of maintenance, and users whom it pins would come back to it.
  private String drain(NodeRecord record) {
    if (staysInMaintenance(record)) {
      return "  # it is in maintenance: nobody is there\n";
    }
    StringBuilder lines = new StringBuilder();
    for (ServerSetting at : record.settings()) {
      if (hasLeavingMap(at, record)) {
        lines.append(tell(at, "add map " + map(at) + " " + record.cookie() + " 1", " >/dev/null"));
      }
      lines.append(tell(at, "set server " + at.pool() + "/" + at.server() + " state drain"));
    }
    long seconds = Math.max(1, rollout.service().drain().within().toSeconds());
    for (ServerSetting at : record.settings()) {
      lines.append(
          "  empty "
              + quoted(at.pool())
              + " "
              + quoted(at.server())
              + " "
              + seconds
              + " "
              + shell(at)
              + "\n");
    }
    return lines.toString();
  }

  /// Whether it was found in maintenance, and nothing has put it into rotation since.
  private boolean staysInMaintenance(NodeRecord record) {
    return !record.settings().isEmpty()
        && record.settings().stream().allMatch(at -> at.state() == ServerSetting.AdminState.MAINT)
        && rollout.steps().stream()
            .noneMatch(step ->
                step.name() == StepName.READY
                    && !step.undo()
                    && step.isBegun()
                    && record.name().equals(step.node()));
  }

  private String ready(NodeRecord record, List<ServerSetting> settings) {
    StringBuilder lines = new StringBuilder();
    for (ServerSetting at : settings) {
      String server = at.pool() + "/" + at.server();
      lines.append(tell(at, "set server " + server + " weight " + at.weight()));
      if (hasLeavingMap(at, record)) {
        lines.append(tell(at, "del map " + map(at) + " " + record.cookie(), " >/dev/null"));
      }
      lines.append(
          tell(
              at, "set server " + server + " state " + at.state().name().toLowerCase(Locale.ROOT)));
    }
    return lines.toString();
  }

  private String shown(NodeRecord record) {
    StringBuilder lines = new StringBuilder();
    for (ServerSetting at : record.settings()) {
      lines.append(
          "  shown " + quoted(at.pool()) + " " + quoted(at.server()) + " " + shell(at) + "\n");
    }
    return lines.toString();
  }

  private boolean hasLeavingMap(ServerSetting at, NodeRecord record) {
    return record.cookie() != null && access(at).leavingMap() != null;
  }

  private String map(ServerSetting at) {
    return String.valueOf(access(at).leavingMap());
  }

  private RuntimeAccess access(ServerSetting at) {
    return access(at.loadBalancer()).orElseThrow();
  }

  private Optional<RuntimeAccess> access(String loadBalancer) {
    return rollout.access().stream()
        .filter(it -> it.loadBalancer().equals(loadBalancer))
        .findFirst();
  }

  /// Words, quoted already.
  private String shell(ServerSetting at) {
    return access(at).shell();
  }

  private String tell(ServerSetting at, String command) {
    return tell(at, command, " | obeyed");
  }

  private String tell(ServerSetting at, String command, String then) {
    return "  echo " + quoted(command) + " | " + shell(at) + then + "\n";
  }

  private Install install() {
    return rollout.service().install();
  }

  private String directory() {
    String path = install().path();
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  private String name() {
    return install().path().substring(install().path().lastIndexOf('/') + 1);
  }

  static InstanceAccess access(NodeRecord record) {
    return Objects.requireNonNull(Objects.requireNonNull(record.instance()).access());
  }

  static String inside(NodeRecord record, String script, String... arguments) {
    StringBuilder line = new StringBuilder("  " + access(record).shell() + " sh -euc ");
    line.append("'").append(script.replace("'", "'\\''")).append("' sh");
    for (String argument : arguments) {
      line.append(' ').append(quoted(argument));
    }
    return line.append('\n').toString();
  }

  /// What is kept on the node, else what Serin's store or the release's place has.
  private String restore(NodeRecord record) {
    Artifact named = rollout.request().rollbackArtifact();
    String digest = named == null ? record.sha256() : named.sha256();
    String previous = install().previous() == null ? "-" : install().previous();
    var good = ledger.lastKnownGood();
    String source =
        named != null
            ? named.uri()
            : good != null && good.artifact().sha256().equals(digest) ? good.artifact().uri() : "";
    return inside(record, Shell.RESTORE, directory(), name(), digest, previous).stripTrailing()
        + " || {\n"
        + push(record, digest, source).stream()
            .map(line -> "  " + line)
            .collect(Collectors.joining())
        + "  }\n";
  }

  /// Copies the artifact beside the installed binary, then installs it there.
  private List<String> push(NodeRecord record, String sha256, String from) {
    return List.of(
        inside(record, "mkdir -p -- \"$1\"", directory() + "/.serin"),
        sent(record, sha256, from, directory() + "/.serin/.rescue"),
        inside(
            record,
            Shell.INSTALL,
            directory(),
            name(),
            sha256,
            install().uid() + ":" + install().gid(),
            install().mode()));
  }

  private Artifact artifact() {
    return rollout.request().artifact();
  }

  /// Copies an artifact into a node; nobody else may read it on the way, since it may be secret.
  ///
  /// @param from its URI; empty where only Serin's store may have it
  static String sent(NodeRecord record, String sha256, String from, String to) {
    URI uri = URI.create(from);
    String scheme = uri.getScheme() == null ? "file" : uri.getScheme();
    InstanceAccess access = access(record);
    boolean onNode = scheme.equals("node");
    String path = onNode ? "" : scheme.equals("file") ? uri.getPath() : from;
    String send =
        "send "
            + sha256
            + " "
            + (path.isEmpty() ? "''" : quoted(path))
            + " "
            + quoted(access.name() + to)
            + " "
            + access.copy()
            + "\n";
    return onNode
        ? inside(record, "umask 077; cat -- \"$1\" >\"$2\"", uri.getPath(), to).stripTrailing()
            + " || "
            + send
        : "  " + send;
  }

  private String restart(NodeRecord record) {
    StringBuilder lines = new StringBuilder();
    for (String unit : install().unit()) {
      String systemctl = "  " + access(record).shell() + " systemctl ";
      lines
          .append(systemctl)
          .append("reset-failed ")
          .append(quoted(unit))
          .append(" || :\n")
          .append(systemctl)
          .append("restart ")
          .append(quoted(unit))
          .append('\n');
    }
    return lines.toString();
  }

  private String health(NodeRecord record) {
    var health = rollout.service().health();
    return "  "
        + access(record).shell()
        + " timeout "
        + Math.max(1, health.within().toSeconds())
        + " sh -c '"
        + Shell.HEALTH.replace("'", "'\\''")
        + "' sh "
        + quoted(health.url())
        + "\n";
  }
}
