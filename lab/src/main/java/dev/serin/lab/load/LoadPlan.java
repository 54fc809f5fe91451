package dev.serin.lab.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;

/// What load to put where.
///
/// @param target the front end's address; a loopback one, or the plan is refused
/// @param ratePerSecond fast requests a second over all clients, 1 to 20,000
/// @param clients half of them keep a connection and the sticky cookie, the other half connect anew
///   for each request; 2 to 1,000
/// @param slowEvery a request lasting `slowFor` begins so often; zero for none
/// @param slowFor how long the slow requests last
/// @param webSockets kept open; 0 to 1,000
/// @param limit the load ends by itself after so long, at most a day
public record LoadPlan(
    InetSocketAddress target,
    double ratePerSecond,
    int clients,
    Duration slowEvery,
    Duration slowFor,
    int webSockets,
    Duration limit) {

  private static final Duration LONGEST = Duration.ofDays(1);

  public LoadPlan {
    InetAddress address = target.getAddress();
    if (address == null || !address.isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "expected a loopback target such as 127.0.0.1:18080, was "
              + target
              + ": the load generator reaches nothing beyond this machine");
    }
    within("a rate a second", ratePerSecond, 1, 20_000);
    within("a number of clients", clients, 2, 1_000);
    within("a number of WebSockets", webSockets, 0, 1_000);
    if (limit.isNegative() || limit.isZero() || limit.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("expected a time up to a day, was " + limit);
    }
    if (slowEvery.isNegative() || slowFor.isNegative()) {
      throw new IllegalArgumentException(
          "expected slow requests' durations not below zero, was " + slowEvery + ", " + slowFor);
    }
  }

  /// The demo's load: 200 requests a second of 20 clients, two 3 s requests begun a second, 20
  /// WebSockets.
  public static LoadPlan steady(InetSocketAddress target, Duration limit) {
    return at(200, target, limit);
  }

  /// The same at 80 requests a second, which a fleet bears whose machine has other work besides:
  /// still enough for every SLI of the lab, a canary's share of a tenth included.
  public static LoadPlan light(InetSocketAddress target, Duration limit) {
    return at(80, target, limit);
  }

  private static LoadPlan at(double rate, InetSocketAddress target, Duration limit) {
    return new LoadPlan(target, rate, 20, Duration.ofMillis(500), Duration.ofSeconds(3), 20, limit);
  }

  /// The address in a URL such as `http://127.0.0.1:18080`.
  public static InetSocketAddress addressOf(URI url) {
    if (!"http".equals(url.getScheme()) || url.getHost() == null) {
      throw new IllegalArgumentException("expected a URL http://HOST:PORT, was " + url);
    }
    try {
      return new InetSocketAddress(
          InetAddress.getByName(url.getHost()), url.getPort() < 0 ? 80 : url.getPort());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("expected a known host in " + url, e);
    }
  }

  private static void within(String what, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "expected %s from %,.0f to %,.0f, was %s".formatted(what, least, most, value));
    }
  }
}
