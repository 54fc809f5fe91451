package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.ServerSetting;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One node: what it had before the rollout, which is what a rollback restores, and what it has
/// now.
///
/// @param sha256 the digest of the binary it ran before
/// @param settings its state and weight on every load balancer before; what an earlier rollout left
///   out is recorded as it was before that one
/// @param current the digest of the binary it has now
/// @param inRotation whether it takes traffic; none without a pool
/// @param weight its lowest weight; none without a pool
public record NodeRecord(
    String name,
    String sha256,
    List<ServerSetting> settings,
    String current,
    @Nullable Boolean inRotation,
    @Nullable Integer weight) {
  NodeRecord running(String digest) {
    return new NodeRecord(name, sha256, settings, digest, inRotation, weight);
  }

  NodeRecord rotated(boolean isIn) {
    return new NodeRecord(name, sha256, settings, current, isIn, weight);
  }
}
