package dev.serin.coordinator.plan;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import dev.serin.contracts.sli.SliQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Puts what the `$` names stand for into the queries of a service.
public final class Queries {
  private static final Pattern NAME =
      Pattern.compile(
          "\\$(?:(canary|baseline)\\b(?:\\.([A-Za-z_][A-Za-z0-9_]*))?|(service|version|window)\\b)");

  /// How the name of what is asked of the baseline ends, behind its SLI's.
  public static final String OF_BASELINE = ".baseline";

  private static final Pattern BASELINE = Pattern.compile("\\$baseline\\b");
  private static final Pattern CANARY = Pattern.compile("\\$canary\\b");
  private static final Pattern OF_LATER = Pattern.compile("\\$version\\b");
  private static final Pattern WINDOW = Pattern.compile("\\$window\\b");
  private static final Pattern SPECIAL = Pattern.compile("[\\\\.^$|?*+()\\[\\]{}]");

  private Queries() {}

  /// All of them, whatever window they count in.
  public static List<SliQuery> of(ServiceDefinition service, String version) {
    return of(service, version, sli -> true, true);
  }

  /// What one window asks: the SLIs that count at its share. Where no node is left to compare with,
  /// what can't be judged without one is left out.
  ///
  /// @param step an analysis of the service's plan
  public static List<SliQuery> of(ServiceDefinition service, String version, Step step) {
    ServiceDefinition watched = Plan.watched(service, step);
    double share = Plan.shareOf(watched, step);
    return of(watched, version, sli -> sli.countsAt(share), Plan.hasBaseline(step));
  }

  /// The nodes that one window asks of: the canaries, and where they are compared with others,
  /// those too.
  ///
  /// @param step an analysis of the service's plan
  public static List<Node> watched(ServiceDefinition service, Step step) {
    ServiceDefinition watched = Plan.watched(service, step);
    double share = Plan.shareOf(watched, step);
    boolean compares =
        Plan.hasBaseline(step)
            && service.slis().stream()
                .filter(sli -> sli.countsAt(share))
                .anyMatch(sli ->
                    sli.comparesWithBaseline()
                        || sli.compare() != null
                        || BASELINE.matcher(texts(sli)).find());
    return compares ? watched.nodes() : watched.canaries();
  }

  /// What is asked before anything is changed: of each SLI what the first analysis of the plan in
  /// which it counts will ask, of the nodes that serve now. Where none of the canaries does, others
  /// stand in for them, with nobody to compare with: for the group that stands by all of the other
  /// one; for canaries in maintenance as many as they are, since a limit may be meant for so many.
  /// One that names `$version`, or nodes of which none serves, asks of what is not there; what
  /// `compare` counts has not begun; and no missing data is red.
  ///
  /// @param serving the names of the nodes that serve
  public static List<SliQuery> before(
      ServiceDefinition service, String version, Set<String> serving) {
    List<Node> nodes =
        service.nodes().stream().filter(node -> serving.contains(node.name())).toList();
    ServiceDefinition now = Plan.with(service, standingIn(service, nodes), service.analysis());
    List<Step> analyses = Plan.analyses(service);
    List<SliQuery> asked =
        service.slis().stream()
            .flatMap(sli -> before(service, now, version, sli, analyses).stream())
            .toList();
    Set<String> queries = asked.stream().map(SliQuery::query).collect(Collectors.toSet());
    return Stream.concat(
            asked.stream(),
            ofTheBaseline(service, version, nodes, analyses)
                .filter(sli -> !queries.contains(sli.query())))
        .toList();
  }

  /// The same of the nodes beside the canaries, which keep what they have: recorded, since what the
  /// release is compared with may be ill itself. What names no canary is of the whole service, as
  /// is what a later window asks of all, and is asked once; what sets one beside the other by
  /// itself would be turned round.
  private static Stream<SliQuery> ofTheBaseline(
      ServiceDefinition service, String version, List<Node> serving, List<Step> analyses) {
    if (service.isBlueGreen()
        || serving.stream().noneMatch(Node::canary)
        || serving.stream().allMatch(Node::canary)) {
      return Stream.empty();
    }
    List<Node> swapped =
        serving.stream().map(node -> Plan.withCanary(node, !node.canary())).toList();
    ServiceDefinition now = Plan.with(service, swapped, service.analysis());
    return service.slis().stream()
        .filter(sli -> !BASELINE.matcher(texts(sli)).find())
        .flatMap(sli ->
            before(service, now, version, sli, analyses)
                .map(query -> query.alone(sli.name() + OF_BASELINE))
                .stream());
  }

  /// @param serving the nodes that serve
  /// @return the same, some of them as canaries; only those where others stand in for the canaries
  private static List<Node> standingIn(ServiceDefinition service, List<Node> serving) {
    if (!service.isBlueGreen() && serving.stream().anyMatch(Node::canary)) {
      return serving;
    }
    int most = service.isBlueGreen() ? serving.size() : service.canaries().size();
    return serving.stream().limit(most).map(node -> Plan.withCanary(node, true)).toList();
  }

  /// @param now the service with the nodes that serve, and those that stand for the canaries
  /// @param analyses those of the plan
  private static Optional<SliQuery> before(
      ServiceDefinition service,
      ServiceDefinition now,
      String version,
      Sli sli,
      List<Step> analyses) {
    Optional<Step> first =
        analyses.stream().filter(step -> Plan.counts(service, sli, step)).findFirst();
    ServiceDefinition watched = first.map(step -> Plan.watched(now, step)).orElse(now);
    String texts = texts(sli);
    if (OF_LATER.matcher(texts).find() || !names(watched, texts)) {
      return Optional.empty();
    }
    boolean compares =
        first.map(Plan::hasBaseline).orElse(true)
            && !watched.peers().isEmpty()
            && names(watched, ofBaseline(texts));
    return Optional.of(
        DataPoints.withoutBreachingGaps(query(watched, version, sli, compares).withoutComparing()));
  }

  /// Whether there is a node for each name in the queries that stands for some.
  private static boolean names(ServiceDefinition service, String queries) {
    return NAME.matcher(queries)
        .results()
        .filter(found -> found.group(1) != null)
        .noneMatch(found -> either(nodes(service, found.group(1)), found.group(2)).isEmpty());
  }

  /// The queries of an SLI, but for those of its comparison.
  private static String texts(Sli sli) {
    var least = sli.minRequests();
    return sli.query() + (least == null ? "" : " " + least.query());
  }

  /// @param baseline whether nodes on the old version still serve
  private static List<SliQuery> of(
      ServiceDefinition service, String version, Predicate<Sli> counts, boolean baseline) {
    boolean compares = baseline && !service.peers().isEmpty();
    return service.slis().stream()
        .filter(counts)
        .filter(sli -> sli.hasLimitOfItsOwn() || compares)
        .map(sli -> query(service, version, sli, compares))
        .toList();
  }

  private static SliQuery query(
      ServiceDefinition service, String version, Sli sli, boolean compares) {
    var least = sli.minRequests();
    Duration interval = service.analysis().interval();
    String asked = DataPoints.query(sli, sli.query(), interval);
    return new SliQuery(
        sli.name(),
        fill(service, version, asked),
        sli.max(),
        sli.min(),
        least == null ? null : fill(service, version, least.query()),
        least == null ? 0 : least.min(),
        compares && sli.comparesWithBaseline() ? baseline(service, version, sli) : null,
        DataPoints.witnesses(
            sli,
            Witnesses.of(
                sli,
                withWindow(service, asked),
                least == null ? null : withWindow(service, least.query()),
                series -> fill(service, version, series)),
            interval),
        DataPoints.alarm(sli, interval),
        Comparisons.of(
            compares ? sli.compare() : null,
            selector -> fill(service, version, selector),
            selector -> fill(service, version, ofBaseline(selector))));
  }

  /// Ranges have to be read before the nodes are filled in.
  private static String withWindow(ServiceDefinition service, String query) {
    return WINDOW
        .matcher(query)
        .replaceAll(Matcher.quoteReplacement(Quantities.shown(service.analysis().window())));
  }

  /// The same queries, with the baseline's nodes in the canary's place.
  private static SliQuery.Baseline baseline(ServiceDefinition service, String version, Sli sli) {
    var least = sli.minRequests();
    return new SliQuery.Baseline(
        fill(service, version, ofBaseline(sli.query())),
        least == null ? null : fill(service, version, ofBaseline(least.query())),
        sli.maxDelta(),
        sli.maxRatio(),
        sli.floor() == null ? 0 : sli.floor(),
        Witnesses.of(
            sli,
            withWindow(service, ofBaseline(sli.query())),
            least == null ? null : withWindow(service, ofBaseline(least.query())),
            series -> fill(service, version, series)));
  }

  private static String ofBaseline(String query) {
    return CANARY.matcher(query).replaceAll("\\$baseline");
  }

  private static String fill(ServiceDefinition service, String version, String query) {
    return NAME.matcher(query)
        .replaceAll(found -> Matcher.quoteReplacement(value(service, version, found)));
  }

  private static String value(ServiceDefinition service, String version, MatchResult found) {
    if (found.group(1) != null) {
      return either(nodes(service, found.group(1)), found.group(2));
    }
    return switch (found.group(3)) {
      case "service" -> service.service();
      case "version" -> version.replace("\\", "\\\\").replace("\"", "\\\"");
      default -> Quantities.shown(service.analysis().window());
    };
  }

  private static List<Node> nodes(ServiceDefinition service, String name) {
    return name.equals("canary") ? service.canaries() : service.peers();
  }

  /// Several are grouped, so that a query may go on after the name (`"$canary:.*"`). A node without
  /// the label is left out: an empty alternative would match every series that lacks it.
  private static String either(List<Node> nodes, @Nullable String label) {
    List<String> texts =
        nodes.stream()
            .map(node -> label == null ? node.name() : node.labels().getOrDefault(label, ""))
            .filter(text -> !text.isEmpty())
            .map(Queries::quoted)
            .toList();
    return texts.size() == 1
        ? texts.getFirst()
        : texts.isEmpty() ? "" : "(?:" + String.join("|", texts) + ")";
  }

  /// What stands against judging a release by these queries: a label that they name and no canary
  /// has, or no node that it is compared with.
  public static List<String> problems(ServiceDefinition service) {
    List<String> problems = new ArrayList<>();
    for (Sli sli : service.slis()) {
      String all = texts(sli) + Comparisons.texts(sli);
      labelsOf(all)
          .filter(label -> either(service.canaries(), label).isEmpty())
          .forEach(label -> problems.add(lacking(sli, "a canary", label)));
      if ((sli.comparesWithBaseline() || sli.compare() != null) && !service.peers().isEmpty()) {
        labelsOf(all)
            .filter(label -> either(service.peers(), label).isEmpty())
            .forEach(label -> problems.add(lacking(sli, "a node of the baseline", label)));
      }
    }
    return problems;
  }

  private static Stream<String> labelsOf(String queries) {
    return NAME.matcher(queries)
        .results()
        .filter(found -> "canary".equals(found.group(1)) && found.group(2) != null)
        .map(found -> found.group(2))
        .distinct();
  }

  private static String lacking(Sli sli, String node, String label) {
    return "slis."
        + sli.name()
        + ": expected "
        + node
        + " with the label "
        + label
        + ", since the query names $canary."
        + label
        + ", found none";
  }

  /// The text as a regular expression that matches just it, inside a PromQL string.
  private static String quoted(String text) {
    return SPECIAL
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement("\\\\" + found.group()))
        .replace("\"", "\\\"");
  }
}
