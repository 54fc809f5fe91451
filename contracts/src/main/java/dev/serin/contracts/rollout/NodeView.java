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
public record NodeView(
    String name, @Nullable String version, @Nullable Boolean inRotation, @Nullable Integer weight) {
  public NodeView {
    Check.name("name", name);
  }
}
