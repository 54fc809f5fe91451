package dev.serin.simulation.judgement;

import java.util.Arrays;

/// What one side has counted: since the look before, in the last minute, since the window's start.
final class Side {
  final double[] lately;
  final double[] minute;
  final double[] window;
  private final double[] before;

  Side(int kinds) {
    lately = new double[kinds];
    before = new double[kinds];
    minute = new double[kinds];
    window = new double[kinds];
  }

  void begin() {
    Arrays.fill(lately, 0);
    Arrays.fill(window, 0);
  }

  void draw(Draws draws) {
    System.arraycopy(lately, 0, before, 0, lately.length);
    draws.into(lately);
    for (int kind = 0; kind < lately.length; kind++) {
      minute[kind] = before[kind] + lately[kind];
      window[kind] += lately[kind];
    }
  }

  static double sum(double[] counts) {
    double sum = 0;
    for (double count : counts) {
      sum += count;
    }
    return sum;
  }
}
