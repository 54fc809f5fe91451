package dev.serin.haproxy.hint;

import dev.serin.contracts.Check;
import dev.serin.haproxy.runtime.ProcessSeen;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a switch has done when it went off. The next life does not do it again where the same
/// process of a load balancer still answers: what is otherwise there by then is a person's hand.
///
/// @param at when it was done; a proof that had run out by then is no reason to do it again
/// @param processes of the load balancers that answered then, by their names: another process has
///   forgotten it
/// @param restored the servers that it gave back what they had before the rollout, each as `load
///   balancer/pool/server`
/// @param left the servers that it took out, likewise
public record WentOff(
    Instant at, Map<String, OneProcess> processes, Set<String> restored, Set<String> left) {
  public WentOff {
    Check.required("wentOff.at", at);
    processes =
        Collections.unmodifiableMap(new TreeMap<>(Check.required("wentOff.processes", processes)));
    restored =
        Collections.unmodifiableSet(new TreeSet<>(Check.required("wentOff.restored", restored)));
    left = Collections.unmodifiableSet(new TreeSet<>(Check.required("wentOff.left", left)));
  }

  /// One process of a load balancer, known again by another process of the agent, which has not
  /// seen how its age grew.
  ///
  /// @param startedAt by the agent's clock, to a few seconds
  public record OneProcess(long pid, Instant startedAt) {
    /// An answer takes a while, and HAProxy counts its age in whole seconds.
    private static final Duration APART = Duration.ofSeconds(3);

    public OneProcess {
      Check.required("wentOff.processes.startedAt", startedAt);
    }

    public static OneProcess of(ProcessSeen seen, Instant now) {
      return new OneProcess(seen.pid(), now.minusSeconds(seen.uptimeSeconds()));
    }

    /// A clock that was set meanwhile makes another one of it, and what was done is done again.
    public boolean is(OneProcess other) {
      return pid == other.pid
          && Duration.between(startedAt, other.startedAt).abs().compareTo(APART) <= 0;
    }
  }

  /// Whether there is nothing in the other one that this one does not say as well.
  public boolean says(WentOff other) {
    return restored.equals(other.restored)
        && left.equals(other.left)
        && processes.keySet().equals(other.processes.keySet())
        && processes.entrySet().stream().allMatch(each -> isAmong(each, other.processes));
  }

  private static boolean isAmong(
      Map.Entry<String, OneProcess> one, Map<String, OneProcess> others) {
    OneProcess other = others.get(one.getKey());
    return other != null && one.getValue().is(other);
  }
}
