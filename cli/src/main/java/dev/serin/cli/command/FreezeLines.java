package dev.serin.cli.command;

import dev.serin.cli.coordinator.Answer;
import dev.serin.cli.view.Style;
import dev.serin.cli.view.Text;
import dev.serin.cli.view.Times;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The freezes that are under way, a line each; nothing where there is none, or where the
/// coordinator does not tell.
final class FreezeLines {
  private FreezeLines() {}

  /// @param service whose, those of all services among them; none for every freeze
  static List<Text> of(Session session, @Nullable String service) {
    List<Text> lines = new ArrayList<>();
    if (session.coordinator().freezes() instanceof Answer.Found(JsonNode freezes)) {
      for (JsonNode freeze : freezes) {
        if (freeze.path("active").asBoolean(false) && isOf(freeze, service)) {
          lines.add(line(session, freeze));
        }
      }
    }
    if (!lines.isEmpty()) {
      lines.addFirst(Text.empty());
    }
    return lines;
  }

  private static boolean isOf(JsonNode freeze, @Nullable String service) {
    String its = freeze.path("service").asString("");
    return service == null || its.equals(service) || its.equals("*");
  }

  private static Text line(Session session, JsonNode freeze) {
    String service = freeze.path("service").asString("");
    String until = freeze.path("until").asString("");
    String by = freeze.path("by").asString("");
    String reason = freeze.path("reason").asString("");
    String sentence =
        (service.equals("*") ? "all services are" : service + " is")
            + " frozen until "
            + (until.isEmpty() ? "it is lifted" : until)
            + (by.isEmpty() ? ", by its calendar" : ", by " + by)
            + (reason.isEmpty() ? "" : ": " + reason);
    return Text.of(
        Style.STRONG_CAREFUL,
        "! " + Text.harmless(Times.local(sentence, session.now(), session.surroundings().zone())));
  }
}
