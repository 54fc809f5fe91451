package dev.serin.coordinator.plan;

import java.util.Locale;

/// What one step does.
public enum StepName {
  /// Nothing new reaches the node, nobody in flight is cut.
  DRAIN,
  /// The installed binary is kept by its digest.
  KEEP,
  PUSH,
  RESTART,
  HEALTH,
  /// The node itself answers what the service expects of it, before it takes traffic.
  SMOKE,
  /// The node enters rotation, or goes back to the state it had.
  READY,
  /// The node stands by in maintenance.
  MAINT,
  /// The node itself answers through every load balancer.
  SERVING,
  /// The canaries get a share of the pool's requests, or every node its own weight again.
  SHIFT,
  /// A person is waited for.
  PAUSE,
  /// Load balancers that did not answer are waited for, until they have every node as asked.
  CATCH_UP,
  /// The SLIs are probed for the window.
  ANALYSE,
  /// Somebody outside is asked or told over HTTP.
  HOOK,
  /// The recorded binary is put back.
  RESTORE;

  /// The name that everybody sees.
  public String shown() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
