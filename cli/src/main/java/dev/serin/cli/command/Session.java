package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.Surroundings;
import dev.serin.cli.coordinator.Answer;
import dev.serin.cli.coordinator.Coordinator;
import dev.serin.cli.follow.Follow.Patience;
import dev.serin.cli.view.Marks;
import dev.serin.cli.view.Text;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One run of the command: where it writes, in which form, and whom it asks.
public final class Session {
  /// How results look.
  public enum Output {
    text,
    json
  }

  private static final String DEFAULT_URL = "http://127.0.0.1:7070";
  private static final int DEFAULT_WIDTH = 100;

  private final Surroundings surroundings;
  private @Nullable Coordinator coordinator;
  private @Nullable String url;
  private Output output = Output.text;

  public Session(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  void url(String address) {
    url = address;
  }

  void output(Output form) {
    output = form;
  }

  public boolean isJson() {
    return output == Output.json;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  Coordinator coordinator() {
    if (coordinator == null) {
      String address = url != null ? url : surroundings.variable("SERIN_URL").orElse(DEFAULT_URL);
      coordinator = new Coordinator(Coordinator.address(address));
    }
    return coordinator;
  }

  Instant now() {
    return surroundings.clock().instant();
  }

  Marks marks() {
    return Marks.of(surroundings.unicode());
  }

  /// How wide a report may be; the launcher knows the terminal's width.
  int width() {
    return Math.clamp(Integer.getInteger("serin.columns", DEFAULT_WIDTH), 60, 200);
  }

  /// Lets go of a coordinator that stays away after 15 minutes, where there is no `--timeout`.
  Patience patience(@Nullable Duration timeout) {
    return Patience.of(timeout);
  }

  /// One line of a result.
  void print(Text line) {
    surroundings.out().println(line.render(surroundings.colour()));
    surroundings.out().flush();
  }

  void print(List<Text> lines) {
    lines.forEach(this::print);
  }

  /// One JSON document, in one line; UTF-8 whatever the terminal's charset (RFC 8259, section 8.1).
  void print(JsonNode document) {
    surroundings.out().writeBytes(Json.mapper().writeValueAsBytes(document));
    surroundings.out().write('\n');
    surroundings.out().flush();
  }

  /// A message to the person, beside the result.
  void say(String sentence) {
    surroundings.err().println(Text.harmless(sentence));
    surroundings.err().flush();
  }

  void say(Text line) {
    surroundings.err().println(line.plain());
    surroundings.err().flush();
  }

  /// Whether nobody reads the results any more (`serin events --follow | head`).
  boolean isUnread() {
    return surroundings.out().checkError();
  }

  /// The body of an answer, or the end of the command.
  JsonNode body(Answer answer) {
    return coordinator().body(answer);
  }

  RolloutState state(JsonNode json) {
    try {
      return Json.mapper().treeToValue(json, RolloutState.class);
    } catch (JacksonException wrong) {
      throw new CommandFailed(
          ExitCode.FAILED,
          "expected a rollout's state from "
              + coordinator().base()
              + ", found something else ("
              + wrong.getOriginalMessage()
              + "); is the coordinator of the same version?");
    }
  }

  List<RolloutState> states(JsonNode array) {
    List<RolloutState> states = new ArrayList<>();
    array.forEach(json -> states.add(state(json)));
    return states;
  }

  /// Says why the command failed, in the form asked for.
  public void failed(CommandFailed failure) {
    say("serin: " + failure.sentence());
    failure.problems().forEach(problem -> say("  - " + problem));
    if (isJson()) {
      JsonNode document = failure.document();
      print(
          document != null
              ? document
              : problem(failure.code(), failure.sentence(), failure.problems()));
    }
  }

  /// Problem details of our own, for failures that the coordinator doesn't know of.
  static ObjectNode problem(ExitCode code, String detail, List<String> problems) {
    ObjectNode document = Json.mapper().createObjectNode();
    document.put("title", code.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
    document.put("detail", detail);
    document.put("exitCode", code.number());
    var list = document.putArray("problems");
    problems.forEach(list::add);
    return document;
  }
}
