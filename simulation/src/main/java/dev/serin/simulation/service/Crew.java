package dev.serin.simulation.service;

import dev.serin.simulation.broker.Group;
import dev.serin.simulation.engine.Loop;
import dev.serin.simulation.engine.VirtualProcess;
import dev.serin.simulation.world.Observer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The processes of one service: one or two, of which one has the work. One that is not heard of
/// for the session time-out loses it to the other; one that comes back under its own name in time
/// keeps it.
public final class Crew {
  /// `session.timeout.ms`
  private static final Duration SESSION = Duration.ofSeconds(6);

  private static final Duration LOOKS = Duration.ofSeconds(1);

  private final Loop loop;
  private final String name;
  private final Group group;
  private final Observer observer;
  private final Function<VirtualProcess, Member> makes;
  private final List<@Nullable Member> members = new ArrayList<>();
  private int incarnations;
  private Duration silence = Duration.ZERO;

  Crew(
      Loop loop,
      Observer observer,
      String name,
      int size,
      Group group,
      Function<VirtualProcess, Member> makes) {
    this.loop = loop;
    this.observer = observer;
    this.name = name;
    this.group = group;
    this.makes = makes;
    for (int i = 0; i < size; i++) {
      members.add(null);
    }
    for (int i = 0; i < size; i++) {
      start(i);
    }
    loop.after(LOOKS, this::look);
  }

  public String name() {
    return name;
  }

  public int size() {
    return members.size();
  }

  /// The process that has the work; none while nobody does it.
  public @Nullable VirtualProcess working() {
    return group.owner() instanceof Member owner && owner.isReady() ? given() : null;
  }

  /// The process whose work it is, though it may not have heard yet what there is to do; none where
  /// it is dead or frozen.
  public @Nullable VirtualProcess given() {
    return group.owner() instanceof Member owner
            && owner.process().isAlive()
            && !owner.process().isFrozen()
        ? owner.process()
        : null;
  }

  /// The process of that number; none while it is down.
  public @Nullable VirtualProcess process(int number) {
    Member member = members.get(number);
    return member == null ? null : member.process();
  }

  /// Whether the process of that name is cut off from the broker, and was so already then.
  public boolean wasCutOff(String process, Instant then) {
    return members.stream()
        .flatMap(member -> member == null ? Stream.empty() : Stream.of(member.process()))
        .anyMatch(it -> it.name().equals(process) && it.wasCutOff(then));
  }

  /// Starts what is down.
  public void start(int number) {
    Member before = members.get(number);
    if (before != null && before.process().isAlive()) {
      return;
    }
    VirtualProcess process =
        new VirtualProcess(loop, name + "-" + (number + 1) + "#" + ++incarnations);
    Member member = makes.apply(process);
    members.set(number, member);
    observer.note(process.name(), "started");
    if (group.owner() == null || group.isOwner(before == null ? member : before)) {
      give(member);
    }
  }

  private void give(Member member) {
    if (group.owner() instanceof Member old) {
      old.fence();
    }
    group.assign(member);
    silence = Duration.ZERO;
    member.begin();
  }

  private void look() {
    loop.after(LOOKS, this::look);
    if (!(group.owner() instanceof Member owner)) {
      return;
    }
    if (isHeard(owner)) {
      silence = Duration.ZERO;
      return;
    }
    silence = silence.plus(LOOKS);
    if (silence.compareTo(SESSION) >= 0) {
      rebalance();
    }
  }

  private static boolean isHeard(Member member) {
    VirtualProcess process = member.process();
    return process.isAlive() && !process.isFrozen() && process.cutOffSince() == null;
  }

  /// Another that is well takes over, where there is one.
  public void rebalance() {
    for (Member member : members) {
      if (member != null && !group.isOwner(member) && isHeard(member)) {
        give(member);
        return;
      }
    }
  }
}
