package dev.serin.sli.hook;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.sli.HookVerdict;
import dev.serin.sli.prometheus.Excerpt;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What one attempt comes to. Only a clear answer is one: whatever can be read in two ways is none,
/// since silence must never count as a yes.
///
/// 1. 200 or 204 is a pass; a 200 whose JSON says `{"allow": false}` is a veto.
/// 2. 403 and 409 are a veto.
/// 3. No connection, no answer in time, 408, 425, 429 and 5xx are none, and worth another attempt.
/// 4. Every other status, a redirect too, is none, and the next attempt would bring the same.
///
/// @param reason in the answer's own words, as it can stand in one line; or why there is none
/// @param again whether another attempt may bring an answer
record HookAnswer(HookVerdict verdict, String reason, boolean again) {
  private static final int LONGEST_REASON = 400;

  static HookAnswer of(HookWire.Reply reply) {
    return switch (reply) {
      case HookWire.Reply.Answered answered -> of(answered);
      case HookWire.Reply.TooLong _ ->
          silent(
              "expected an answer of at most "
                  + HookWire.LONGEST_BODY_BYTES / 1024
                  + " KiB, found a longer one",
              false);
      case HookWire.Reply.NotReached(String why) -> silent(line(why), true);
      case HookWire.Reply.TimedOut(var after) ->
          silent("no answer within " + Quantities.shown(after), true);
    };
  }

  private static HookAnswer of(HookWire.Reply.Answered answered) {
    return switch (answered.status()) {
      case 204 -> new HookAnswer(HookVerdict.PASS, "", false);
      case 200 -> ok(answered);
      case 403, 409 -> new HookAnswer(HookVerdict.VETO, reason(answered), false);
      case 202 ->
          silent("expected an answer, found HTTP 202, which says that it comes later", false);
      case 408, 425, 429 -> silent("HTTP " + answered.status(), true);
      default ->
          answered.status() >= 300 && answered.status() < 400
              ? silent("HTTP " + answered.status() + ": a redirect, which is not followed", false)
              : silent("HTTP " + answered.status(), answered.status() >= 500);
    };
  }

  private static HookAnswer ok(HookWire.Reply.Answered answered) {
    boolean json = answered.contentType().toLowerCase(Locale.ROOT).contains("json");
    String body = answered.body().strip();
    if (body.isEmpty() || !(json || body.startsWith("{"))) {
      return new HookAnswer(HookVerdict.PASS, "", false);
    }
    JsonNode tree = tree(body);
    if (tree == null || !tree.isObject()) {
      return silent("expected a JSON object, found another text", false);
    }
    JsonNode allow = tree.get("allow");
    if (allow == null) {
      return new HookAnswer(HookVerdict.PASS, reason(tree), false);
    }
    if (!allow.isBoolean()) {
      return silent("expected allow to be true or false, found something else", false);
    }
    return new HookAnswer(
        allow.booleanValue() ? HookVerdict.PASS : HookVerdict.VETO, reason(tree), false);
  }

  /// A refusal's JSON may name its reason; any other text is the reason itself.
  private static String reason(HookWire.Reply.Answered answered) {
    JsonNode tree = tree(answered.body());
    return tree != null && tree.isObject() ? reason(tree) : line(answered.body());
  }

  private static String reason(JsonNode tree) {
    JsonNode reason = tree.get("reason");
    return reason != null && reason.isString() ? line(reason.stringValue()) : "";
  }

  private static @Nullable JsonNode tree(String body) {
    try {
      return Json.mapper().readTree(body);
    } catch (JacksonException notJson) {
      return null;
    }
  }

  private static String line(String text) {
    return Excerpt.of(text.strip(), LONGEST_REASON);
  }

  private static HookAnswer silent(String why, boolean again) {
    return new HookAnswer(HookVerdict.SILENT, why, again);
  }
}
