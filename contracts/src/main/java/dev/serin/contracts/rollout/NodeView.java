package dev.serin.contracts.rollout;

import dev.serin.contracts.Check;
import org.jspecify.annotations.Nullable;

/// One node as the rollout last knew it.
///
/// @param version the version that it runs, `sha256:` and the first twelve digits of the binary's
///   digest where no version is known for it, none before preflight
/// @param inRotation whether it takes traffic on every load balancer; none before preflight or
///   without a pool
/// @param weight its lowest weight over all load balancers; none likewise
/// @param traffic its share of the pool's requests; none likewise
public record NodeView(
    String name,
    @Nullable String version,
    @Nullable Boolean inRotation,
    @Nullable Integer weight,
    @Nullable Traffic traffic) {
  /// A node's share of the pool's requests in per cent, 0 to 100, the lowest over all load
  /// balancers.
  ///
  /// @param asked what Serin asked for
  /// @param configured what the load balancers have; none before they were looked at
  /// @param observed of the requests of the last seconds; none where there were none
  /// @param newSessions of those of them that follow the weights and no cookie; none where there
  ///   were none
  public record Traffic(
      double asked,
      @Nullable Double configured,
      @Nullable Double observed,
      @Nullable Double newSessions) {}

  public NodeView {
    Check.name("name", name);
  }
}
