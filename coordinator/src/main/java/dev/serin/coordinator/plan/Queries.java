package dev.serin.coordinator.plan;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import dev.serin.contracts.sli.SliQuery;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Puts what the `$` names stand for into the queries of a service.
public final class Queries {
  private static final Pattern NAME =
      Pattern.compile(
          "\\$(canary|baseline|service|version|window)\\b(?:\\.([A-Za-z_][A-Za-z0-9_]*))?");
  private static final Pattern SPECIAL = Pattern.compile("[\\\\.^$|?*+()\\[\\]{}]");

  private Queries() {}

  public static List<SliQuery> of(ServiceDefinition service, String version) {
    return service.slis().stream().map(sli -> query(service, version, sli)).toList();
  }

  private static SliQuery query(ServiceDefinition service, String version, Sli sli) {
    var least = sli.minRequests();
    return new SliQuery(
        sli.name(),
        fill(service, version, sli.query()),
        sli.max(),
        sli.min(),
        least == null ? null : fill(service, version, least.query()),
        least == null ? 0 : least.min());
  }

  private static String fill(ServiceDefinition service, String version, String query) {
    return NAME.matcher(query)
        .replaceAll(
            found -> java.util.regex.Matcher.quoteReplacement(value(service, version, found)));
  }

  private static String value(ServiceDefinition service, String version, MatchResult found) {
    Function<List<Node>, String> nodes =
        some ->
            some.stream()
                .map(node ->
                    Optional.ofNullable(found.group(2))
                        .map(label -> node.labels().getOrDefault(label, ""))
                        .orElse(node.name()))
                .map(Queries::quoted)
                .collect(Collectors.joining("|"));
    return switch (found.group(1)) {
      case "canary" -> nodes.apply(service.canaries());
      case "baseline" -> nodes.apply(service.peers());
      case "service" -> service.service();
      case "version" -> version.replace("\\", "\\\\").replace("\"", "\\\"");
      default -> Quantities.shown(service.analysis().window());
    };
  }

  /// The text as a regular expression that matches just it, inside a PromQL string.
  private static String quoted(String text) {
    return SPECIAL
        .matcher(text)
        .replaceAll(found -> java.util.regex.Matcher.quoteReplacement("\\\\" + found.group()))
        .replace("\"", "\\\"");
  }
}
