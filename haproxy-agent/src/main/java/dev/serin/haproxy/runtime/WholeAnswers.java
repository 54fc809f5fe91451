package dev.serin.haproxy.runtime;

import dev.serin.contracts.Check;
import java.util.ArrayList;
import java.util.List;

/// A wire that knows a whole answer from one that was cut: a worker that dies in the middle of what
/// it says, and whatever stands between and gives up, close the connection just as HAProxy does at
/// the end. What was cut says nothing: a pool that is missing from it may be there, and so may an
/// entry of a map.
///
/// HAProxy closes its answer to each command with an empty line (Management Guide, "Unix Socket
/// commands"), be it a table, an error message or nothing at all; so too each that a master passes
/// on. Without one are: `quit`, which has no answer; a master that finds no process of the pid
/// named, and says so for the whole line; and in 2.6 a weight that is no number, which is never
/// sent. The first is not counted; after the others nothing is known either.
final class WholeAnswers implements RuntimeWire {
  private static final String QUIT = "quit";

  private final RuntimeWire wire;

  WholeAnswers(RuntimeWire wire) {
    this.wire = wire;
  }

  @Override
  public Reply execute(String line) {
    Reply reply = wire.execute(line);
    return reply instanceof Answered(String text) ? judged(line, text) : reply;
  }

  private static Reply judged(String line, String text) {
    int asked = commands(line);
    List<String> lines = new ArrayList<>(text.lines().toList());
    int closed = (int) lines.stream().filter(String::isEmpty).count();
    boolean ends = text.endsWith("\n") && (lines.isEmpty() || lines.getLast().isEmpty());
    if (closed >= asked && ends) {
      return isLegible(line, text) ? new Answered(text) : garbled(lines);
    }
    lines.removeIf(String::isEmpty);
    return new Unanswered(
        "the connection was closed in the middle of the answer: "
            + closed
            + " of its "
            + asked
            + (asked == 1 ? " part was whole" : " parts were whole")
            + (lines.isEmpty()
                ? ""
                : "; it ended with '" + Check.printable(lines.getLast()) + "'"));
  }

  private static int commands(String line) {
    int commands = 0;
    for (String command : line.split(";", -1)) {
      commands += command.equals(QUIT) ? 0 : 1;
    }
    return commands;
  }

  /// HAProxy's own words are plain. Only the tables of `show stat`, and `show info` before them,
  /// carry those of others (a health check's answer, a description), so there each cell is looked
  /// at when it is used.
  private static boolean isLegible(String line, String text) {
    return line.contains("show stat") || Legible.is(text);
  }

  private static Unanswered garbled(List<String> lines) {
    String found = lines.stream().filter(one -> !Legible.is(one)).findFirst().orElse("");
    return new Unanswered("the answer was garbled: '" + Check.printable(found) + "'");
  }
}
