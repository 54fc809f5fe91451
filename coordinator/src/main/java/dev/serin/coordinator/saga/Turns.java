package dev.serin.coordinator.saga;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// All rollouts that run or want to: kept in one partition, so that a limit over all services is
/// never exceeded, however many coordinators there are.
///
/// @param running those whose turn it is
/// @param waiting the others, the first one first
public record Turns(List<TurnWord.Wanted> running, List<TurnWord.Wanted> waiting) {
  public static final Turns NONE = new Turns(List.of(), List.of());

  public Turns {
    running = running == null ? List.of() : List.copyOf(running);
    waiting = waiting == null ? List.of() : List.copyOf(waiting);
  }

  /// What follows from a word: the turns afterwards, and who may start now.
  public record Next(Turns turns, List<TurnWord.Granted> granted) {
    public Next {
      granted = List.copyOf(granted);
    }
  }

  public Next hear(TurnWord word, List<Limit> limits) {
    return switch (word) {
      case TurnWord.Wanted wanted -> {
        if (running.stream().anyMatch(it -> isSame(it, wanted))) {
          // Said twice: so is the answer.
          yield new Next(this, List.of(granted(wanted)));
        }
        List<TurnWord.Wanted> all = new ArrayList<>(waiting);
        if (all.stream().noneMatch(it -> isSame(it, wanted))) {
          all.add(wanted);
        }
        yield new Turns(running, all).again(limits);
      }
      case TurnWord.Returned returned ->
          new Turns(without(running, returned), without(waiting, returned)).again(limits);
      case TurnWord.Granted granted -> new Next(this, List.of());
    };
  }

  /// Whoever fits by now. One that does not holds up only those that are counted with it.
  public Next again(List<Limit> limits) {
    List<TurnWord.Wanted> now = new ArrayList<>(running);
    List<TurnWord.Wanted> still = new ArrayList<>();
    List<TurnWord.Granted> granted = new ArrayList<>();
    for (TurnWord.Wanted wanted : waiting) {
      if (limits.stream().allMatch(limit -> fits(limit, wanted, now, still))) {
        now.add(wanted);
        granted.add(granted(wanted));
      } else {
        still.add(wanted);
      }
    }
    return new Next(new Turns(now, still), granted);
  }

  private static boolean fits(
      Limit limit,
      TurnWord.Wanted wanted,
      List<TurnWord.Wanted> running,
      List<TurnWord.Wanted> before) {
    Optional<String> group = limit.group(wanted.labels());
    return group.isEmpty()
        || running.stream().filter(it -> limit.group(it.labels()).equals(group)).count()
                + before.stream().filter(it -> limit.group(it.labels()).equals(group)).count()
            < limit.atMost();
  }

  private static List<TurnWord.Wanted> without(List<TurnWord.Wanted> all, TurnWord word) {
    return all.stream().filter(it -> !isSame(it, word)).toList();
  }

  private static boolean isSame(TurnWord one, TurnWord other) {
    return one.service().equals(other.service()) && one.rolloutId().equals(other.rolloutId());
  }

  private static TurnWord.Granted granted(TurnWord.Wanted wanted) {
    return new TurnWord.Granted(wanted.service(), wanted.rolloutId());
  }
}
