package dev.serin.cli.view;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jline.utils.WCWidth;

/// One line of styled text, measured in terminal columns. Control characters, which what others
/// wrote may carry, become spaces: nothing here can steer the terminal.
public final class Text {
  private record Span(Style style, String text) {}

  private static final Text EMPTY = new Text(List.of());

  private final List<Span> spans;

  private Text(List<Span> spans) {
    this.spans = spans;
  }

  public static Text empty() {
    return EMPTY;
  }

  public static Text of(String text) {
    return of(Style.PLAIN, text);
  }

  public static Text of(Style style, String text) {
    return EMPTY.and(style, text);
  }

  public Text and(String text) {
    return and(Style.PLAIN, text);
  }

  public Text and(Style style, String text) {
    if (text.isEmpty()) {
      return this;
    }
    List<Span> more = new ArrayList<>(spans);
    more.add(new Span(style, harmless(text)));
    return new Text(List.copyOf(more));
  }

  public Text and(Text other) {
    List<Span> more = new ArrayList<>(spans);
    more.addAll(other.spans);
    return new Text(List.copyOf(more));
  }

  /// The text without what could steer a terminal: control and formatting characters.
  public static String harmless(String text) {
    return text.codePoints()
        .map(point ->
            Character.isISOControl(point) || Character.getType(point) == Character.FORMAT
                ? ' '
                : point)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /// Columns that it takes.
  public int width() {
    return spans.stream().mapToInt(span -> width(span.text())).sum();
  }

  static int width(String text) {
    return text.codePoints().map(point -> Math.max(0, WCWidth.wcwidth(point))).sum();
  }

  /// The same styles over other words.
  Text changed(UnaryOperator<String> words) {
    return new Text(
        spans.stream()
            .map(span -> new Span(span.style(), harmless(words.apply(span.text()))))
            .toList());
  }

  /// Spaces up to a width, where it is narrower.
  public Text padded(int width) {
    int missing = width - width();
    return missing > 0 ? and(" ".repeat(missing)) : this;
  }

  /// At most so many columns, an ellipsis where something was cut off.
  public Text cut(int width, Marks marks) {
    if (width() <= width) {
      return this;
    }
    String ellipsis = marks.ellipsis();
    int left = Math.max(0, width - ellipsis.length());
    Text kept = EMPTY;
    for (Span span : spans) {
      String fits = fitting(span.text(), left);
      kept = kept.and(span.style(), fits);
      left -= width(fits);
      if (fits.length() < span.text().length()) {
        return kept.and(span.style(), ellipsis);
      }
    }
    return kept;
  }

  private static String fitting(String text, int width) {
    StringBuilder kept = new StringBuilder();
    int left = width;
    for (int point : text.codePoints().toArray()) {
      left -= Math.max(0, WCWidth.wcwidth(point));
      if (left < 0) {
        break;
      }
      kept.appendCodePoint(point);
    }
    return kept.toString();
  }

  /// This at the left and another at the right end of a line; the left one gives way.
  public Text withRight(Text right, int width, Marks marks) {
    int left = Math.max(0, width - right.width() - 1);
    return cut(left, marks).padded(left).and(" ").and(right).cut(width, marks);
  }

  /// The sentence in lines of at most `width` columns, broken between words, at most `most` lines.
  public static List<String> wrapped(String sentence, int width, int most, Marks marks) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : harmless(sentence).strip().split(" +", -1)) {
      if (!line.isEmpty() && width(line.toString()) + 1 + width(word) > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    if (!line.isEmpty()) {
      lines.add(line.toString());
    }
    if (lines.size() <= most) {
      return lines;
    }
    List<String> kept = new ArrayList<>(lines.subList(0, most));
    kept.set(most - 1, kept.getLast() + marks.ellipsis());
    return kept;
  }

  public String plain() {
    StringBuilder text = new StringBuilder();
    spans.forEach(span -> text.append(span.text()));
    return text.toString().stripTrailing();
  }

  public String render(boolean colour) {
    if (!colour) {
      return plain();
    }
    StringBuilder text = new StringBuilder();
    spans.forEach(span -> text.append(span.style().paint(span.text())));
    return text.toString();
  }

  @Override
  public String toString() {
    return plain();
  }
}
