package dev.serin.incus.instance;

import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.rest.Content;
import dev.serin.incus.rest.IncusServer;
import dev.serin.incus.rest.Refused;
import dev.serin.incus.rest.Unreachable;
import java.time.Duration;
import java.util.List;

/// One instance of one service, for the length of one command.
///
/// @param token in the names of this command's temporary files
/// @param fence of this command: scripts with an effect compare it where they have it
record Node(IncusServer server, String instance, Install install, String token, long fence) {
  /// For copying and comparing a few hundred megabytes on a slow disk.
  private static final Duration SHORT = Duration.ofSeconds(60);

  Report run(Turn turn, Script script, List<String> arguments)
      throws CommandFailed, Unreachable, Turn.Preempted {
    return run(turn, script, SHORT, arguments);
  }

  Report run(Turn turn, Script script, Duration limit, List<String> arguments)
      throws CommandFailed, Unreachable, Turn.Preempted {
    return shell().run(turn, script, limit, install.path(), token, fence, arguments);
  }

  Shell.Running start(Turn turn, Script script, List<String> arguments)
      throws CommandFailed, Unreachable, Turn.Preempted {
    return shell().start(turn, script, SHORT, install.path(), token, fence, arguments);
  }

  Report finish(Turn turn, Shell.Running running)
      throws CommandFailed, Unreachable, Turn.Preempted {
    return shell().finish(turn, running);
  }

  void push(Turn turn, String path, Content content)
      throws CommandFailed, Unreachable, Turn.Preempted {
    turn.check();
    try {
      server.push(instance, path, content);
    } catch (Refused refused) {
      throw shell().whyRefused(refused);
    }
  }

  IncusEvent.InstanceAccess access() {
    return server.access(instance);
  }

  /// `previous`, or `-` where the service has none.
  String previous() {
    return install.previous() == null ? "-" : install.previous();
  }

  private Shell shell() {
    return new Shell(server, instance);
  }
}
