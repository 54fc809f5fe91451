package dev.serin.haproxy.runtime;

import dev.serin.contracts.Check;
import dev.serin.contracts.agent.Failure;
import java.util.Collection;
import java.util.Locale;

/// The failures that HAProxy's answers stand for, each with what an operator can do about it.
public final class Failures {
  private Failures() {}

  public static NotDone unreachable(String loadBalancer, String found) {
    return new NotDone(
        new Failure(
            Failure.Reason.UNREACHABLE,
            "an answer of the load balancer " + loadBalancer,
            found,
            "see that HAProxy is running, that serin.haproxy.load-balancers."
                + loadBalancer
                + ".runtime names its stats socket and that the agent may open it",
            true));
  }

  public static NotDone garbled(String loadBalancer, String asked, String answer) {
    return unreachable(
        loadBalancer, "no HAProxy's answer to '" + asked + "': '" + Check.printable(answer) + "'");
  }

  /// What came is no answer to the command: HAProxy has said no, or it was no HAProxy.
  static NotDone unread(String loadBalancer, String asked, String answer) {
    return answer.contains("Permission denied")
        ? said(loadBalancer, asked, "Permission denied")
        : garbled(loadBalancer, asked, answer);
  }

  public static NotDone unknownLoadBalancer(String name, Collection<String> known) {
    return new NotDone(
        new Failure(
            Failure.Reason.NOT_FOUND,
            "a load balancer that the haproxy-agent knows",
            name + ", which is not among " + known,
            "name it under serin.haproxy.load-balancers, or mend the service's loadBalancers",
            false));
  }

  public static NotDone unknownServer(
      String loadBalancer, String pool, String server, Collection<String> known) {
    return new NotDone(
        new Failure(
            Failure.Reason.NOT_FOUND,
            "the server " + pool + "/" + server + " on " + loadBalancer,
            known.isEmpty() ? "no such backend there" : "the servers " + String.join(", ", known),
            "mend the service's pool or the node's server, or add the server to HAProxy",
            false));
  }

  /// HAProxy said no.
  static NotDone said(String loadBalancer, String command, String answer) {
    String lower = answer.toLowerCase(Locale.ROOT);
    boolean missing = lower.startsWith("no such") || lower.startsWith("can't find");
    boolean denied = lower.contains("permission denied");
    return new NotDone(
        new Failure(
            missing ? Failure.Reason.NOT_FOUND : Failure.Reason.REFUSED,
            loadBalancer + " to obey '" + command + "'",
            "'" + Check.printable(answer) + "'",
            denied
                ? "give the stats socket 'level admin' in HAProxy's configuration"
                : missing ? "mend the service's pool or the node's server" : "",
            false));
  }
}
