package dev.serin.cli.view;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.rollout.EventHead;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutEvent.PreflightFailed;
import dev.serin.contracts.rollout.RolloutEvent.PreflightPassed;
import dev.serin.contracts.rollout.RolloutEvent.RollbackCompleted;
import dev.serin.contracts.rollout.RolloutEvent.RollbackFailed;
import dev.serin.contracts.rollout.RolloutEvent.RollbackStarted;
import dev.serin.contracts.rollout.RolloutEvent.RolloutCompleted;
import dev.serin.contracts.rollout.RolloutEvent.RolloutHalted;
import dev.serin.contracts.rollout.RolloutEvent.RolloutPaused;
import dev.serin.contracts.rollout.RolloutEvent.RolloutPromoted;
import dev.serin.contracts.rollout.RolloutEvent.RolloutQueued;
import dev.serin.contracts.rollout.RolloutEvent.RolloutRejected;
import dev.serin.contracts.rollout.RolloutEvent.RolloutResumed;
import dev.serin.contracts.rollout.RolloutEvent.RolloutStarted;
import dev.serin.contracts.rollout.RolloutEvent.ServiceFrozen;
import dev.serin.contracts.rollout.RolloutEvent.ServiceUnfrozen;
import dev.serin.contracts.rollout.RolloutEvent.SliProbed;
import dev.serin.contracts.rollout.RolloutEvent.StepFailed;
import dev.serin.contracts.rollout.RolloutEvent.StepStarted;
import dev.serin.contracts.rollout.RolloutEvent.StepSucceeded;
import dev.serin.contracts.rollout.RolloutEvent.TrafficShifted;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// One event as one line: when, what, where, and a sentence. It remembers the problems it has told,
/// so each story has one of its own.
public final class EventSentence {
  private final Marks marks;
  private final ZoneId zone;
  private List<String> toldProblems = List.of();

  public EventSentence(Marks marks, ZoneId zone) {
    this.marks = marks;
    this.zone = zone;
  }

  /// The event; empty for one of a type that this version doesn't know.
  public static Optional<RolloutEvent> decoded(JsonNode json) {
    try {
      return Optional.of(Json.mapper().treeToValue(json, RolloutEvent.class));
    } catch (JacksonException unknown) {
      return Optional.empty();
    }
  }

  /// The line for an event as it came.
  public Text line(JsonNode json, Instant now) {
    return decoded(json).map(event -> line(event, now)).orElseGet(() -> unknown(json, now));
  }

  public Text line(RolloutEvent event, Instant now) {
    return line(event, true, now);
  }

  /// @param whole with all problems in the one line, not their number alone
  private Text line(RolloutEvent event, boolean whole, Instant now) {
    Text what = what(event, whole).changed(text -> Times.local(text, now, zone));
    return Text.of(Style.FAINT, Times.at(event.head().at(), now, zone)).and("  ").and(what);
  }

  /// The event with each of its problems or warnings in a line of its own, where there are several.
  public List<Text> lines(JsonNode json, Instant now) {
    List<String> details = decoded(json).map(this::details).orElse(List.of());
    if (details.size() < 2) {
      return List.of(line(json, now));
    }
    List<Text> lines = new ArrayList<>();
    lines.add(decoded(json).map(event -> line(event, false, now)).orElse(Text.empty()));
    details.forEach(one -> lines.add(Text.of("          - " + Times.local(one, now, zone))));
    return lines;
  }

  private List<String> details(RolloutEvent event) {
    return switch (event) {
      case PreflightPassed passed -> passed.warnings();
      case PreflightFailed failed -> failed.problems();
      case RolloutRejected rejected ->
          rejected.reasons().equals(toldProblems) ? List.of() : rejected.reasons();
      case RollbackFailed failed -> failed.left();
      case RolloutHalted halted -> halted.left();
      case RolloutQueued _, RolloutStarted _, StepStarted _, StepSucceeded _, StepFailed _ ->
          List.of();
      case TrafficShifted _, SliProbed _, RolloutPaused _, RolloutResumed _, RolloutPromoted _ ->
          List.of();
      case RollbackStarted _, RollbackCompleted _, RolloutCompleted _ -> List.of();
      case ServiceFrozen _, ServiceUnfrozen _ -> List.of();
    };
  }

  private static String which(EventHead head) {
    return head.service().equals("*") ? "all services" : head.service();
  }

  private Text unknown(JsonNode json, Instant now) {
    String at;
    try {
      at = Times.at(Instant.parse(json.path("at").asString("")), now, zone);
    } catch (DateTimeParseException none) {
      at = "--:--:--";
    }
    String why = json.path("why").asString("");
    return Text.of(Style.FAINT, at)
        .and("  ")
        .and(marks.dot() + " " + json.path("type").asString("event"))
        .and(why.isEmpty() ? "" : ": " + why);
  }

  private Text what(RolloutEvent event, boolean whole) {
    return switch (event) {
      case RolloutQueued queued ->
          said(
              Style.PLAIN,
              marks.dot(),
              "waits in line, place " + queued.position() + ", behind " + queued.behind(),
              "");
      case RolloutRejected rejected -> rejected(rejected, whole);
      case RolloutStarted started -> started(started);
      case PreflightPassed passed ->
          said(
              Style.GOOD,
              marks.done(),
              "preflight",
              all(passed.warnings(), "warnings", whole, passed.head()));
      case PreflightFailed failed -> {
        toldProblems = failed.problems();
        yield said(
            Style.BAD,
            marks.failed(),
            "preflight",
            all(failed.problems(), "problems", whole, failed.head()));
      }
      case StepStarted started ->
          said(
              Style.BUSY,
              marks.running(),
              place(started.step(), started.node(), started.undo()),
              "");
      case StepSucceeded done ->
          said(
              Style.GOOD,
              marks.done(),
              place(done.step(), done.node(), done.undo()),
              done.detail().isBlank() ? done.head().why() : done.detail());
      case StepFailed failed -> failed(failed);
      case TrafficShifted shifted ->
          said(
              Style.PLAIN,
              marks.arrow(),
              "traffic",
              isByStep(shifted) ? nodes(shifted.nodes()) : shifted.head().why());
      case SliProbed probed -> probed(probed);
      case RolloutPaused paused ->
          said(Style.STRONG_CAREFUL, "!", "paused", because(paused.head(), paused.waitingFor()));
      case RolloutResumed resumed ->
          said(Style.PLAIN, marks.running(), "resumed by " + resumed.head().by(), why(resumed));
      case ServiceFrozen frozen ->
          said(
              Style.STRONG_CAREFUL,
              "!",
              which(frozen.head()) + " frozen by " + frozen.head().by(),
              why(frozen));
      case ServiceUnfrozen unfrozen ->
          said(
              Style.PLAIN,
              marks.running(),
              which(unfrozen.head()) + " unfrozen by " + unfrozen.head().by(),
              why(unfrozen));
      case RolloutPromoted promoted ->
          said(
              Style.PLAIN,
              marks.running(),
              "promoted (" + promoted.scope() + ") by " + promoted.head().by(),
              why(promoted));
      case RollbackStarted started ->
          said(
              Style.STRONG_CAREFUL,
              marks.undone(),
              "rolling back (" + word(started.cause()) + ")",
              why(started));
      case RollbackCompleted completed ->
          said(
              Style.STRONG_CAREFUL,
              marks.undone(),
              "rolled back (" + word(completed.outcome()) + ")",
              why(completed));
      case RollbackFailed failed ->
          said(
              Style.BAD,
              marks.failed(),
              "rollback failed",
              all(failed.left(), "nodes are left", whole, failed.head()));
      case RolloutHalted halted ->
          said(
              Style.BAD,
              marks.failed(),
              "halted",
              all(halted.left(), "nodes are left", whole, halted.head()));
      case RolloutCompleted completed ->
          said(Style.STRONG_GOOD, marks.done(), "completed", why(completed));
    };
  }

  /// Whether a step has just moved it, which is told beside it; whatever else did must be told
  /// here.
  private static boolean isByStep(TrafficShifted shifted) {
    return shifted.nodes().stream()
        .anyMatch(node ->
            shifted.head().why().startsWith(node.name() + " is ")
                || shifted.head().why().startsWith(node.name() + " stays "));
  }

  private static Text said(Style style, String mark, String what, String sentence) {
    return Text.of(style, mark + " " + what).and(sentence.isBlank() ? "" : ": " + sentence);
  }

  /// The preflight just before it has said why.
  private Text rejected(RolloutRejected rejected, boolean whole) {
    String why =
        rejected.reasons().equals(toldProblems)
            ? "nothing was changed"
            : all(rejected.reasons(), "reasons", whole, rejected.head());
    return said(Style.BAD, marks.failed(), "rejected", why);
  }

  private Text started(RolloutStarted started) {
    String plan =
        started.plan().strategy()
            + ", window "
            + Quantities.shown(started.plan().window())
            + ", about "
            + Times.about(started.plan().expected());
    return said(
        Style.STRONG,
        marks.running(),
        "started "
            + started.head().service()
            + " "
            + started.head().version()
            + " for "
            + started.head().by(),
        plan);
  }

  private Text failed(StepFailed failed) {
    String again = failed.isFinal() ? "" : " (attempt " + failed.attempt() + ", tried again)";
    return said(
        Style.BAD,
        marks.failed(),
        place(failed.step(), failed.node(), failed.undo()),
        failed.failure().sentence() + again);
  }

  private Text probed(SliProbed probed) {
    ProbeView probe = probed.probe();
    String results =
        probe.results().stream()
            .map(result -> result.name() + " " + ProbeLines.value(result))
            .collect(Collectors.joining(", "));
    return marks
        .verdict(probe.verdict())
        .and(" probe " + probe.slot())
        .and(" " + probe.verdict().name().replace('_', ' '))
        .and(results.isEmpty() ? "" : ": " + results)
        .and(
            Style.CAREFUL,
            probe.warnings().isEmpty()
                ? ""
                : "; only a warning: " + String.join("; ", probe.warnings()))
        .and(Style.FAINT, "  (" + probed.green() + " of " + probed.needed() + " green)");
  }

  private String nodes(List<dev.serin.contracts.rollout.NodeView> nodes) {
    return nodes.stream()
        .map(node -> node.name() + " " + NodeLines.rotation(node))
        .collect(Collectors.joining(", "));
  }

  private static String place(String step, @Nullable String node, boolean undo) {
    return (undo ? "undo: " : "")
        + Stretch.name(step)
        + (node == null || node.isEmpty() ? "" : " " + node);
  }

  private static String all(List<String> sentences, String noun, boolean whole, EventHead head) {
    if (sentences.size() > 1 && !whole) {
      return sentences.size() + " " + noun;
    }
    return sentences.isEmpty() ? head.why() : String.join("; ", sentences);
  }

  private static String because(EventHead head, String waitingFor) {
    return head.why().isBlank()
        ? "waits for " + waitingFor
        : head.why() + "; waits for " + waitingFor;
  }

  private static String why(RolloutEvent event) {
    return event.head().why();
  }

  /// An enum's constant as the JSON has it.
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }
}
