package dev.serin.cli.command;

import dev.serin.cli.ExitCode;
import dev.serin.cli.view.Style;
import dev.serin.cli.view.Table;
import dev.serin.cli.view.Text;
import dev.serin.cli.view.Times;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// The dead letters: what could not be used, why, and once more.
@Command(
    name = "dlt",
    description =
        "Shows the records that Serin could not use (list, show), and sends one again (replay).")
public final class DltCommand implements Callable<Integer> {
  private static final int DEFAULT_LIMIT = 20;

  private final Session session;

  public DltCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return list(null, DEFAULT_LIMIT);
  }

  @Command(name = "list", description = "Lists dead letters, newest first.")
  int list(
      @Option(names = "--topic", paramLabel = "TOPIC", description = "only of this topic")
          @Nullable String topic,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "20",
              description = "at most so many (20)")
          int limit) {
    JsonNode letters = session.body(session.coordinator().deadLetters(topic, limit));
    if (session.isJson()) {
      session.print(letters);
      return ExitCode.DONE.number();
    }
    if (letters.isEmpty()) {
      session.print(Text.of("There are no dead letters."));
      return ExitCode.DONE.number();
    }
    Table table = new Table("ID", "AT", "KEY", "SENT AGAIN");
    for (JsonNode letter : letters) {
      table.row(
          Text.of(Style.STRONG, letter.path("id").asString("?")),
          Text.of(time(letter.path("at"))),
          Text.of(letter.path("key").asString("-")),
          Text.of(letter.has("replayedAt") ? time(letter.path("replayedAt")) : ""));
    }
    session.print(table.lines());
    session.print(Text.empty());
    session.print(
        Text.of("why, and what it was: serin dlt show ID; once more: serin dlt replay ID"));
    return ExitCode.DONE.number();
  }

  @Command(name = "show", description = "Shows one dead letter: why it is one, and its value.")
  int show(@Parameters(paramLabel = "ID", description = "as the list has it") String id) {
    JsonNode letter = session.body(session.coordinator().deadLetter(id));
    if (session.isJson()) {
      session.print(letter);
      return ExitCode.DONE.number();
    }
    line("id", letter.path("id").asString(""));
    line("at", time(letter.path("at")));
    line("from", letter.path("origin").asString("?"));
    line("key", letter.path("key").asString("-"));
    line("reason", letter.path("reason").asString("?"));
    if (letter.has("replayOf")) {
      line("sent again", "it was " + letter.path("replayOf").asString("") + " before");
    }
    letter
        .path("headers")
        .properties()
        .forEach(header -> line("header", header.getKey() + ": " + header.getValue().asString("")));
    line("size", letter.path("sizeBytes").asInt(0) + " bytes");
    session.print(Text.empty());
    session.print(
        Text.of(
            letter.path("value").isString()
                ? letter.path("value").asString("")
                : letter.path("valueBase64").isString()
                    ? "no text; in base64: " + letter.path("valueBase64").asString("")
                    : "no value"));
    return ExitCode.DONE.number();
  }

  private void line(String name, String what) {
    session.print(Text.of(Style.FAINT, name).padded(12).and(Text.of(what)));
  }

  @Command(
      name = "replay",
      description =
          "Sends a dead letter to its topic once more, as it was: after what stood in its way was"
              + " mended. What can't be used becomes a dead letter again.")
  int replay(@Parameters(paramLabel = "ID", description = "as the list has it") String id) {
    JsonNode sent = session.body(session.coordinator().replay(id));
    if (session.isJson()) {
      session.print(sent);
    } else {
      session.print(Text.of("sent again, as " + sent.path("sentTo").asString("?")));
    }
    return ExitCode.DONE.number();
  }

  private String time(JsonNode instant) {
    ZoneId zone = session.surroundings().zone();
    return Times.local(instant.asString("-"), session.now(), zone);
  }
}
