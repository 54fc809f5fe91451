package dev.serin.cli.view;

/// What a piece of text means; how that looks is decided here alone (ECMA-48, section 8.3.117).
public enum Style {
  PLAIN(""),
  STRONG("1"),
  FAINT("2"),
  GOOD("32"),
  BAD("1;31"),
  CAREFUL("33"),
  BUSY("36"),
  STRONG_BUSY("1;36"),
  STRONG_GOOD("1;32"),
  STRONG_CAREFUL("1;33"),
  PLATE("1;7"),
  GOOD_PLATE("1;7;32"),
  BAD_PLATE("1;7;31"),
  CAREFUL_PLATE("1;7;33"),
  BUSY_PLATE("1;7;36");

  private final String code;

  Style(String code) {
    this.code = code;
  }

  String paint(String text) {
    return code.isEmpty() || text.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
  }
}
