package dev.serin.coordinator.rescue;

import static dev.serin.coordinator.rescue.Shell.quoted;

import dev.serin.contracts.haproxy.HaproxyEvent.RuntimeAccess;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.saga.NodeRecord;
import dev.serin.coordinator.saga.Rollout;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
    if (node == null) {
      return "  # "
          + step.name().shown()
          + ": watch the SLIs yourself; Serin would have for "
          + rollout.service().analysis().window()
          + "\n";
    }
    NodeRecord record = Objects.requireNonNull(rollout.nodes().get(node));
    Node defined = rollout.service().node(node).orElseThrow();
    String title =
        "  echo " + quoted(node + ": " + (step.undo() ? "undo-" : "") + step.name().shown()) + "\n";
    return title
        + switch (step.name()) {
          case DRAIN -> drain(record);
          case READY -> ready(record, record.target(step.undo()));
          case SERVING -> shown(record);
          case KEEP -> inside(defined, record, Shell.KEEP, directory(), name(), record.sha256());
          case PUSH -> push(defined, record, rollout.request().artifact());
          case RESTORE -> restore(defined, record);
          case RESTART -> restart(defined, record);
          case HEALTH -> health(defined, record);
          case ANALYSE -> "";
        };
  }

  private String drain(NodeRecord record) {
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
    RuntimeAccess access = access(at);
    return access != null && access.leavingMap() != null && record.cookie() != null;
  }

  private String map(ServerSetting at) {
    return String.valueOf(Objects.requireNonNull(access(at)).leavingMap());
  }

  private @Nullable RuntimeAccess access(ServerSetting at) {
    return rollout.access().stream()
        .filter(it -> it.loadBalancer().equals(at.loadBalancer()))
        .findFirst()
        .orElse(null);
  }

  /// Words, quoted already.
  private String shell(ServerSetting at) {
    RuntimeAccess access = access(at);
    return access == null
        ? "socat - UNIX-CONNECT:/run/" + at.loadBalancer() + "/admin.sock"
        : access.shell();
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

  private static String enter(Node node, NodeRecord record) {
    var instance = record.instance();
    return instance == null || instance.access() == null
        ? "incus exec " + quoted(node.instance()) + " --"
        : instance.access().shell();
  }

  private static String inside(Node node, NodeRecord record, String script, String... arguments) {
    StringBuilder line = new StringBuilder("  " + enter(node, record) + " sh -euc ");
    line.append("'").append(script.replace("'", "'\\''")).append("' sh");
    for (String argument : arguments) {
      line.append(' ').append(quoted(argument));
    }
    return line.append('\n').toString();
  }

  private String restore(Node node, NodeRecord record) {
    Artifact named = rollout.request().rollbackArtifact();
    String digest = named == null ? record.sha256() : named.sha256();
    String previous = install().previous() == null ? "-" : install().previous();
    String kept = inside(node, record, Shell.RESTORE, directory(), name(), digest, previous);
    var good = ledger.lastKnownGood();
    Artifact source =
        named != null
            ? named
            : good != null && good.artifact().sha256().equals(digest) ? good.artifact() : null;
    return source == null
        ? kept
        : kept
            + "  # if it is not kept on the node any more:\n"
            + push(node, record, source).replaceAll("(?m)^ {2}", "  # ");
  }

  /// Copies the artifact beside the installed binary, then installs it there.
  private String push(Node node, NodeRecord record, Artifact artifact) {
    String beside = directory() + "/.serin/.rescue";
    URI uri = URI.create(artifact.uri());
    String scheme = uri.getScheme() == null ? "file" : uri.getScheme();
    String path = String.valueOf(uri.getPath());
    var access = record.instance() == null ? null : record.instance().access();
    String copy =
        access == null
            ? "incus file push %s " + quoted(node.instance() + beside)
            : access.copy() + " %s " + quoted(access.name() + beside);
    String copied =
        switch (scheme) {
          case "node" -> inside(node, record, "cp -- \"$1\" \"$2\"", path, beside);
          case "file" -> "  " + copy.formatted(quoted(path)) + "\n";
          default -> {
            String here = "/tmp/serin-rescue-" + artifact.sha256().substring(0, 12);
            yield "  curl -gfsSL -o "
                + here
                + " -- "
                + quoted(artifact.uri())
                + "\n  "
                + copy.formatted(here)
                + "\n";
          }
        };
    return inside(node, record, "mkdir -p -- \"$1\"", directory() + "/.serin")
        + copied
        + inside(
            node,
            record,
            Shell.INSTALL,
            directory(),
            name(),
            artifact.sha256(),
            install().uid() + ":" + install().gid(),
            install().mode());
  }

  private String restart(Node node, NodeRecord record) {
    StringBuilder lines = new StringBuilder();
    for (String unit : install().unit()) {
      String systemctl = "  " + enter(node, record) + " systemctl ";
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

  private String health(Node node, NodeRecord record) {
    var health = rollout.service().health();
    return "  "
        + enter(node, record)
        + " timeout "
        + Math.max(1, health.within().toSeconds())
        + " sh -c '"
        + Shell.HEALTH.replace("'", "'\\''")
        + "' sh "
        + quoted(health.url())
        + "\n";
  }
}
