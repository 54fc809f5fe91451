package dev.serin.sli.judge;

import java.math.BigDecimal;
import java.math.MathContext;

/// Numbers as people read them.
final class Words {
  private Words() {}

  /// At most four significant digits, no exponent where that is short: 0.2134, 12, 1500000.
  static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "infinite" : "minus infinite";
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros();
    double size = Math.abs(value);
    return size >= 1e-6 && size < 1e15 ? rounded.toPlainString() : rounded.toString();
  }
}
