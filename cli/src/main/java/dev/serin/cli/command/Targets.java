package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.coordinator.Answer;
import dev.serin.contracts.Check;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Finds what a person means by a rollout's id or a service's name.
final class Targets {
  /// A rollout, as the coordinator gave it and as we read it.
  ///
  /// @param byId whether the person named this very rollout
  record Target(RolloutState state, JsonNode json, boolean byId) {}

  private final Session session;

  Targets(Session session) {
    this.session = session;
  }

  /// The rollout with that id; else the service's active rollout, else its newest one.
  Target find(String name) {
    Optional<Target> rollout = rollout(name);
    return rollout.isPresent() ? rollout.get() : ofService(name);
  }

  /// The rollout with that id; none where the name must be a service's.
  Optional<Target> rollout(String id) {
    return switch (session.coordinator().rollout(id)) {
      case Answer.Found(JsonNode json) when json.isObject() ->
          Optional.of(new Target(session.state(json), json, true));
      case Answer.Unknown _, Answer.Refused _ -> Optional.empty();
      case Answer other -> {
        session.body(other);
        yield Optional.empty();
      }
    };
  }

  private Target ofService(String service) {
    List<Target> active = list(service, true, 10);
    if (!active.isEmpty()) {
      return foremost(active);
    }
    List<Target> newest = list(service, false, 1);
    if (newest.isEmpty()) {
      throw nothing(service);
    }
    return newest.getFirst();
  }

  private static Target foremost(List<Target> active) {
    return active.stream()
        .filter(target -> target.state().phase() != RolloutPhase.QUEUED)
        .findFirst()
        .orElse(active.getLast());
  }

  private CommandFailed nothing(String name) {
    if (session.coordinator().service(name) instanceof Answer.Found) {
      return new CommandFailed(
          ExitCode.FAILED,
          "expected a rollout of "
              + name
              + ", found none yet; begin with 'serin release "
              + name
              + " --artifact FILE --version VERSION'");
    }
    String known =
        session.coordinator().services() instanceof Answer.Found(JsonNode services)
            ? services
                .valueStream()
                .map(service -> service.path("service").asString(""))
                .collect(Collectors.joining(", "))
            : "";
    return new CommandFailed(
        ExitCode.FAILED,
        "expected a rollout's id or a service's name, found neither by the name '"
            + Check.printable(name)
            + "'; services: "
            + (known.isEmpty() ? "none, 'serin services apply -f FILE' adds one" : known));
  }

  /// All active rollouts, queued ones too.
  List<Target> active() {
    return list(null, true, null);
  }

  /// The newest rollout of all.
  Optional<Target> newest() {
    return list(null, false, 1).stream().findFirst();
  }

  private List<Target> list(@Nullable String service, boolean active, @Nullable Integer limit) {
    Answer answer = session.coordinator().rollouts(service, active, limit);
    if (service != null && (answer instanceof Answer.Unknown || answer instanceof Answer.Refused)) {
      return List.of();
    }
    List<Target> targets = new ArrayList<>();
    session.body(answer).forEach(json -> targets.add(new Target(session.state(json), json, false)));
    return targets;
  }

  /// The one active rollout, for a person who named none.
  Target theActiveOne() {
    List<Target> active =
        active().stream().filter(one -> one.state().phase() != RolloutPhase.QUEUED).toList();
    if (active.size() == 1) {
      return active.getFirst();
    }
    if (active.isEmpty()) {
      throw new CommandFailed(
          ExitCode.FAILED,
          "expected an active rollout, found none; 'serin rollouts' lists those that are over");
    }
    throw new CommandFailed(
        ExitCode.USAGE,
        "expected the name of one service, since several have an active rollout: "
            + active.stream().map(one -> one.state().service()).collect(Collectors.joining(", ")));
  }
}
