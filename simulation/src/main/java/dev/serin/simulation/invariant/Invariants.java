package dev.serin.simulation.invariant;

import java.util.List;
import java.util.function.BooleanSupplier;

/// All of them.
public final class Invariants {
  private Invariants() {}

  /// @param forced whether the service's drains may cut what is left
  /// @param onlySerinSuffers whether nothing but Serin itself and its broker is troubled
  /// @param allGood whether no release brings a binary that is not good
  /// @param watched what the service says of its dead man's switch
  public static List<Invariant> all(
      Truth truth,
      boolean forced,
      BooleanSupplier onlySerinSuffers,
      boolean allGood,
      LeavesUnwatched.Wanted watched,
      Circumstances circumstances) {
    return List.of(
        new OneActiveRollout(truth),
        new KeepsTheMinimum(truth, watched.canaries(), circumstances),
        new ReadyOnlyWhenProven(truth),
        new RollsBackToWhatWas(truth, circumstances),
        new LeavesNothingBehind(truth, circumstances),
        new ComesToAnEnd(truth, circumstances),
        new AbortOutranks(truth),
        new NoDataIsNotGreen(truth),
        new ReadsItsBacklog(truth, circumstances),
        new TellsEverything(truth),
        new OldCommandsDoNothing(truth, circumstances),
        new StaleWritesArePutRight(truth, circumstances),
        new WritesUnderLease(circumstances),
        new RecoversByItself(truth, onlySerinSuffers, circumstances, allGood),
        new NobodyIsCut(truth, forced),
        new LeavesAlone(truth, circumstances),
        new LeavesUnwatched(truth, watched, circumstances),
        new GoesOffInTime(truth, watched, circumstances),
        new HandsAreNoBreach(truth, circumstances));
  }
}
