package dev.serin.simulation.judgement;

import org.apache.commons.rng.UniformRandomProvider;

/// What the release under judgement does, which no rule is told.
enum Release {
  SAME_ERRORS("errors", "nothing", false) {
    @Override
    Measured measured(UniformRandomProvider random, Load load) {
      return new Errors(random, load, 0, false);
    }
  },
  BOTH_IN_TROUBLE("errors", "nothing; both at 5 % for 5 min", false) {
    @Override
    Measured measured(UniformRandomProvider random, Load load) {
      return new Errors(random, load, 0, true);
    }
  },
  HALF_A_POINT("errors", "+0.5 points", true) {
    @Override
    Measured measured(UniformRandomProvider random, Load load) {
      return new Errors(random, load, 0.005, false);
    }
  },
  A_POINT("errors", "+1 point", true) {
    @Override
    Measured measured(UniformRandomProvider random, Load load) {
      return new Errors(random, load, 0.01, false);
    }
  },
  FIVE_POINTS("errors", "+5 points", true) {
    @Override
    Measured measured(UniformRandomProvider random, Load load) {
      return new Errors(random, load, 0.05, false);
    }
  },
  SAME_LATENCY("latency", "nothing", false) {
    @Override
    Measured measured(UniformRandomProvider random, Load load) {
      return new Latency(random, load, 1);
    }
  },
  A_TENTH_SLOWER("latency", "+10 %", true) {
    @Override
    Measured measured(UniformRandomProvider random, Load load) {
      return new Latency(random, load, 1.1);
    }
  },
  A_QUARTER_SLOWER("latency", "+25 %", true) {
    @Override
    Measured measured(UniformRandomProvider random, Load load) {
      return new Latency(random, load, 1.25);
    }
  },
  TWICE_AS_SLOW("latency", "+100 %", true) {
    @Override
    Measured measured(UniformRandomProvider random, Load load) {
      return new Latency(random, load, 2);
    }
  };

  private final String kind;
  private final String change;
  private final boolean bad;

  Release(String kind, String change, boolean bad) {
    this.kind = kind;
    this.change = change;
    this.bad = bad;
  }

  abstract Measured measured(UniformRandomProvider random, Load load);

  /// `errors` or `latency`.
  String kind() {
    return kind;
  }

  String change() {
    return change;
  }

  boolean isBad() {
    return bad;
  }
}
