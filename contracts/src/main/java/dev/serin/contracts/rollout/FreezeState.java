package dev.serin.contracts.rollout;

import dev.serin.contracts.Check;
import java.time.Instant;
import java.util.List;

/// The freezes that people asked for, on `serin.freezes.v1` under the service's name, or `*` for
/// those of all services. Those that are over may still be among them.
///
/// @param service its name, or `*`
/// @param freezes in the order asked; empty once they are lifted
/// @param updatedAt when they changed
public record FreezeState(String service, List<Freeze> freezes, Instant updatedAt) {
  public FreezeState {
    Check.text("service", service);
    freezes = Check.list(freezes);
    Check.required("updatedAt", updatedAt);
  }
}
