package dev.serin.haproxy.guard;

import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.Permit;
import dev.serin.haproxy.runtime.ServerView;

/// Tells a load balancer again what it was asked for.
final class Mending {
  private Mending() {}

  /// A server that leaves is on the leaving map before it is drained, so that those it pins have
  /// somewhere to go; one that comes back has its own weight before it is admitted.
  static void apply(
      Permit permit, LoadBalancer balancer, ServerView now, ServerSetting asked, boolean leaving)
      throws NotDone, Turn.Preempted {
    if (leaving) {
      balancer.addLeaving(permit, now.cookie());
    }
    balancer.setWeight(permit, now, asked.weight());
    if (now.adminState() != asked.state()) {
      balancer.setState(permit, asked.pool(), asked.server(), asked.state());
    }
    if (!leaving) {
      balancer.removeLeaving(permit, now.cookie());
    }
  }

  /// Takes a server out of rotation; one in maintenance stays there.
  static void takeOut(Permit permit, LoadBalancer balancer, ServerView now)
      throws NotDone, Turn.Preempted {
    balancer.addLeaving(permit, now.cookie());
    if (now.adminState() == AdminState.READY) {
      balancer.setState(permit, now.pool(), now.server(), AdminState.DRAIN);
    }
  }
}
