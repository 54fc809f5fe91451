package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.Failure;

/// The way to one server of a pool that hashes the URI: the path that is to be asked for is always
/// the same server's, so others are asked for too, until one is the server's.
final class Detours {
  private Detours() {}

  /// What the server's counters have grown by.
  ///
  /// @param answers below 400, over the request
  /// @param refusals from 400 to 499, over the request
  /// @param sinceBegin answers below 400, since the check began
  record Grown(long answers, long refusals, long sinceBegin) {}

  /// The path of an attempt: the one that is to be asked for, then in turn one with a query of its
  /// own (`hash-type` over the whole URI, and most servers do not mind it) and one with a parameter
  /// of its own in its last segment (RFC 3986, 3.3).
  ///
  /// @param number from 0
  static String path(String path, int number) {
    if (number == 0) {
      return path;
    }
    int query = path.indexOf('?');
    String bare = query < 0 ? path : path.substring(0, query);
    String asked = query < 0 ? "" : path.substring(query);
    return number % 2 == 1
        ? path + (query < 0 ? "?" : "&") + "serin=" + number
        : bare + ";serin=" + number + asked;
  }

  /// @param line the server's, `pool/server`
  /// @param direct whether it is the path that is to be asked for
  static ServingCheck.Attempt judge(
      String balancer, String line, String path, boolean direct, int status, Grown grown) {
    if (direct && status >= 400) {
      return new ServingCheck.NotYet(
          Failure.Reason.UNHEALTHY, balancer + path + " answered " + status);
    }
    if (status < 500 && grown.answers() + (direct ? 0 : grown.refusals()) > 0) {
      return new ServingCheck.Proven(
          balancer
              + path
              + " answered "
              + status
              + ", and the answers counted for "
              + line
              + ", whose key that is, grew by "
              + (grown.answers() + grown.refusals()));
    }
    if (grown.sinceBegin() > 0) {
      return new ServingCheck.Proven(
          balancer
              + "the answers counted for "
              + line
              + " grew by "
              + grown.sinceBegin()
              + " since the check began");
    }
    return new ServingCheck.NotYet(
        Failure.Reason.TIMED_OUT,
        "no path that is the key of " + line + ": its counters did not grow");
  }
}
