package dev.serin.haproxy.rotation;

import org.jspecify.annotations.Nullable;

/// How a pool gives its requests away, and whether weights that are set at run time keep a share of
/// them to half a point (HAProxy's Configuration Manual, "balance" and "hash-type"). Only taking
/// turns by dynamic weights does. Known by the word in `algo` of `show stat`, which says neither
/// `hash-type` nor that it is `random`: that one and whatever else it has no word for is `unknown`,
/// and what can't be told keeps no share (I8).
enum Balancing {
  /// `roundrobin`: turns by weights that may change at any time.
  BY_WEIGHT(""),

  /// `static-rr`, `first` and the log back ends' `sticky`: weights set at run time change nothing.
  WEIGHTLESS("which ignores weights"),

  /// Hashes, map-based or consistent: a server has the requests whose keys are its own. A map takes
  /// no weights at run time, and a ring heeds them but is "never very smooth".
  BY_KEY("where each request follows its key"),

  /// `leastconn`: whoever is quicker gets more, whatever its weight.
  BY_LOAD("where shares follow the load as well"),

  /// `random`: draws on the ring, and of two or more the least loaded one.
  BY_CHANCE("where each request's server is drawn, and the load decides between those drawn"),

  /// `unknown`: `random` in every version that has no word for it.
  UNNAMED("as HAProxy calls random, where each request's server is drawn"),

  /// None, or the word of a version that is not known here.
  UNTOLD("of which Serin knows no shares");

  private final String why;

  Balancing(String why) {
    this.why = why;
  }

  /// @param algorithm HAProxy's word; none where it does not say
  static Balancing of(@Nullable String algorithm) {
    return switch (algorithm) {
      case null -> UNTOLD;
      case "roundrobin" -> BY_WEIGHT;
      case "static-rr", "first", "sticky" -> WEIGHTLESS;
      case "source", "uri", "url_param", "hdr", "rdp-cookie", "hash", "log-hash" -> BY_KEY;
      case "leastconn" -> BY_LOAD;
      case "random" -> BY_CHANCE;
      case "unknown" -> UNNAMED;
      default -> UNTOLD;
    };
  }

  boolean keepsShares() {
    return this == BY_WEIGHT;
  }

  /// That a pool balances so, such as `balances by first, which ignores weights`.
  String found(@Nullable String algorithm) {
    if (algorithm == null) {
      return "does not say how it balances";
    }
    return "balances by " + algorithm + (why.isEmpty() ? "" : ", " + why);
  }
}
