package dev.serin.simulation;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.simulation.fault.FaultKind;
import dev.serin.simulation.fault.Faults;
import dev.serin.simulation.service.Plants;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Bugs to plant, one at least for each invariant of the design and one for the dead man's switch:
/// what each breaks must be caught, and named.
@SuppressWarnings("ImmutableEnumChecker") // nobody changes what it holds
enum Bug {
  /// The coordinator forgets that a rollout is under way.
  I1(ForgetsTheActiveRollout::new),
  /// The agent takes a node out whoever else is there.
  I2(IgnoresTheMinimum::new, FaultKind.CONTAINER_STOPPED),
  /// The health check is answered without being made.
  I3(SkipsHealth::new),
  /// A binary is not put back.
  I4(SkipsRestore::new),
  /// A node is not made ready.
  I5(SkipsReady::new),
  /// Timers never go off, so that what is lost is never asked for again.
  I6(NeverWakes::new, FaultKind.SERVICE_KILLED),
  /// A wait lasts longer than the plan says.
  I6_BOUND("I6", WindowPlants.WaitsForTooLong::new),
  /// Aborts are not read.
  I7(IgnoresAborts::new),
  /// Missing data counts as green.
  I8(TakesNothingForGreen::new, FaultKind.PROMETHEUS_EMPTY, FaultKind.PROMETHEUS_FAILING),
  /// An event is lost on its way out.
  I9(LosesEvents::new),
  /// A command that comes again is carried out as a new one.
  I10(RepeatsAsNew::new, FaultKind.REWOUND),
  /// What a frozen agent writes when it goes on stays.
  I10_STALE("I10", GuardPlants.MendsNothing::new),
  /// An agent that the broker does not answer goes on all the same: it makes a node ready that
  /// another has restarted meanwhile.
  I3_LEASE("I3", GuardPlants.WorksWithoutLease::new, FaultKind.CUT_FROM_BROKER),
  /// A restore is given up at its first failure.
  I11(FailsRestores::new),
  /// A window passes by one of its slots.
  I8_SLOT("I8", WindowPlants.EndsByTheClock::new),
  /// A value counts as green however old what it rests on is.
  I8_STALE("I8", WindowPlants.LooksAtNoAge::new, FaultKind.PROMETHEUS_STALE),
  /// A clock ends what an answer in the broker would have ended otherwise.
  BACKLOG(
      "backlog",
      WindowPlants.ClockOutrunsBacklog::new,
      FaultKind.SERVICE_KILLED,
      FaultKind.SERVICE_FROZEN),
  /// The switch is never armed.
  DEAD_MAN("dead-man", SwitchPlants.NeverArmed::new, FaultKind.NOBODY_WATCHES),
  /// An agent that is restarted while the broker is away has forgotten which switches are armed.
  DEAD_MAN_FORGOTTEN("dead-man", SwitchPlants.Forgotten::new, FaultKind.NOBODY_WATCHES),
  /// The switch takes a canary out though the service only wants to be told.
  DEAD_MAN_ALERT("dead-man", SwitchPlants.DrainsAnyway::new, FaultKind.NOBODY_WATCHES),
  /// The switch goes by an old proof that comes again.
  DEAD_MAN_REPLAYED("dead-man", SwitchPlants.GoesByReplays::new, FaultKind.REWOUND),
  /// A look at the nodes before a red probe is acted on finds nobody, whoever is at work there.
  HAND("hand", SeesNoHand::new, FaultKind.HAND_ON_UNIT);

  private static final int MOST_FAULTS = 8;

  private final @Nullable String invariant;
  private final Supplier<Plants> plants;
  private final List<FaultKind> faults;

  /// @param faults those that bring it to light; any where none is named
  Bug(Supplier<Plants> plants, FaultKind... faults) {
    this(null, plants, faults);
  }

  /// @param invariant the one that must break; none where the bug is named after it
  Bug(@Nullable String invariant, Supplier<Plants> plants, FaultKind... faults) {
    this.invariant = invariant;
    this.plants = plants;
    this.faults = List.of(faults);
  }

  /// The name of the invariant that must break.
  String invariant() {
    return invariant == null ? name() : invariant;
  }

  Faults.Focus focus() {
    if (this == I10_STALE) {
      return Faults.Focus.STALE_WRITES;
    }
    String service =
        switch (this) {
          case BACKLOG -> "coordinator";
          case I3_LEASE, DEAD_MAN_FORGOTTEN -> "haproxy-agent";
          default -> "";
        };
    return faults.isEmpty() ? Faults.Focus.NONE : new Faults.Focus(faults, MOST_FAULTS, service);
  }

  Scenario.Story story() {
    return this == BACKLOG ? Scenario.Story.TURNS_BAD_IN_A_PAUSE : Scenario.Story.ANY;
  }

  Plants plant() {
    return plants.get();
  }

  private static boolean has(byte @Nullable [] value, String word) {
    return value != null && new String(value, StandardCharsets.UTF_8).contains(word);
  }

  private static DrainServer like(DrainServer drain, CommandHead head, int minAvailable) {
    return new DrainServer(
        head,
        drain.pools(),
        drain.loadBalancers(),
        drain.server(),
        drain.peers(),
        minAvailable,
        drain.within(),
        drain.tunnels(),
        drain.onTimeout(),
        drain.purpose(),
        drain.waitForPeers(),
        drain.restore(),
        drain.mayBeSilent());
  }

  private static final class ForgetsTheActiveRollout implements Plants {
    @Override
    public byte[] ledger(byte[] json) {
      return new String(json, StandardCharsets.UTF_8)
          .replaceFirst("\"active\":\\{", "\"was\":{")
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  private static final class IgnoresTheMinimum implements Plants {
    @Override
    public <C extends AgentCommand> C taken(C command) {
      if (!(command instanceof DrainServer drain)) {
        return command;
      }
      @SuppressWarnings("unchecked") // it is the same type
      C bold = (C) like(drain, drain.head(), 0);
      return bold;
    }
  }

  private static final class SkipsHealth implements Plants {
    @Override
    public @Nullable AgentEvent answersAtOnce(AgentCommand command) {
      return command instanceof IncusCommand.CheckHealth
          ? new IncusEvent.HealthPassed(
              command.head().answered(command.head().sentAt()), Duration.ZERO, 1)
          : null;
    }
  }

  private static final class SkipsRestore implements Plants {
    @Override
    public @Nullable AgentEvent answersAtOnce(AgentCommand command) {
      return command instanceof IncusCommand.RestoreBinary restore
          ? new IncusEvent.BinaryRestored(
              command.head().answered(command.head().sentAt()),
              restore.sha256(),
              "kept",
              restore.files().stream().map(IncusCommand.FileChange::before).toList())
          : null;
    }
  }

  private static final class SkipsReady implements Plants {
    @Override
    public @Nullable AgentEvent answersAtOnce(AgentCommand command) {
      var head = command.head().answered(command.head().sentAt());
      return switch (command) {
        case ReadyServer ready -> new HaproxyEvent.ServerReady(head, List.of());
        case CheckServing serving -> new HaproxyEvent.ServerServing(head, List.of("it says so"));
        default -> null;
      };
    }
  }

  private static final class NeverWakes implements Plants {
    @Override
    public boolean neverWakes() {
      return true;
    }
  }

  private static final class IgnoresAborts implements Plants {
    @Override
    public boolean ignores(String topic, byte @Nullable [] value) {
      return has(value, "abort-requested");
    }
  }

  private static final class TakesNothingForGreen implements Plants {
    @Override
    public <E extends AgentEvent> E told(E event) {
      if (!(event instanceof SliEvent.SlotProbed probed) || probed.verdict() == Verdict.FAIL) {
        return event;
      }
      @SuppressWarnings("unchecked") // it is the same type
      E green =
          (E)
              new SliEvent.SlotProbed(
                  probed.head(),
                  probed.analysisId(),
                  probed.slot(),
                  probed.slotAt(),
                  Verdict.PASS,
                  List.<SliResult>of());
      return green;
    }
  }

  private static final class SeesNoHand implements Plants {
    @Override
    public <E extends AgentEvent> E told(E event) {
      if (!(event instanceof IncusEvent.InstancesChangedByHand changed)) {
        return event;
      }
      @SuppressWarnings("unchecked") // it is the same type
      E nothing = (E) new IncusEvent.InstancesChangedByHand(changed.head(), List.of());
      return nothing;
    }
  }

  private static final class LosesEvents implements Plants {
    @Override
    public boolean losesEvent(String topic, byte @Nullable [] value) {
      return topic.equals(Topics.ROLLOUTS) && has(value, "preflight-passed");
    }
  }

  private static final class RepeatsAsNew implements Plants {
    private final Set<String> seen = new HashSet<>();

    @Override
    public <C extends AgentCommand> C taken(C command) {
      CommandHead head = command.head();
      if (seen.add(head.commandId()) || !(command instanceof DrainServer drain)) {
        return command;
      }
      CommandHead anew =
          new CommandHead(
              head.commandId() + "-" + seen.size(),
              head.rolloutId(),
              head.service(),
              head.node(),
              head.fence() + Duration.ofMinutes(30).toMillis(),
              head.sentAt());
      @SuppressWarnings("unchecked") // it is the same type
      C repeated = (C) like(drain, anew, drain.minAvailable());
      return repeated;
    }
  }

  private static final class FailsRestores implements Plants {
    @Override
    public @Nullable AgentEvent answersAtOnce(AgentCommand command) {
      return command instanceof IncusCommand.RestoreBinary
          ? new IncusEvent.Failed(
              command.head().answered(command.head().sentAt()),
              new Failure(Failure.Reason.REFUSED, "a", "b", "", false))
          : null;
    }
  }
}
