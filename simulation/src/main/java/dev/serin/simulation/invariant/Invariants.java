package dev.serin.simulation.invariant;

import java.util.List;
import java.util.function.BooleanSupplier;

/// All of them.
public final class Invariants {
  private Invariants() {}

  /// @param forced whether the service's drains may cut what is left
  /// @param onlySerinSuffers whether nothing but Serin itself and its broker is troubled
  /// @param watched what the service says of its dead man's switch
  public static List<Invariant> all(
      Truth truth,
      boolean forced,
      BooleanSupplier onlySerinSuffers,
      LeavesUnwatched.Wanted watched,
      Circumstances circumstances) {
    return List.of(
        new OneActiveRollout(truth),
        new KeepsTheMinimum(truth),
        new ReadyOnlyWhenProven(truth),
        new RollsBackToWhatWas(truth),
        new LeavesNothingBehind(truth),
        new ComesToAnEnd(truth),
        new AbortOutranks(truth),
        new NoDataIsNotGreen(truth),
        new TellsEverything(truth),
        new OldCommandsDoNothing(truth),
        new RecoversByItself(onlySerinSuffers),
        new NobodyIsCut(truth, forced),
        new LeavesAlone(),
        new LeavesUnwatched(truth, watched, circumstances));
  }
}
