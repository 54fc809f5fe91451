package dev.serin.coordinator.view;

import dev.serin.coordinator.saga.Ledger;
import java.util.List;

/// Lets stories see what the store of artifacts would keep.
public final class ArtifactNeedsAccess {
  private ArtifactNeedsAccess() {}

  public static List<String> digests(Ledger ledger) {
    return ArtifactNeeds.of(ledger).stream().map(ArtifactNeeds.Need::sha256).toList();
  }
}
