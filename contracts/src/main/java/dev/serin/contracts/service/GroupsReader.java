package dev.serin.contracts.service;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Fields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the two groups of a blue-green service, and names what contradicts them.
final class GroupsReader {
  private static final String EXAMPLE = ", such as {blue: [b1, b2], green: [g1, g2]}";

  private GroupsReader() {}

  static Map<String, List<String>> groups(Fields fields) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    fields
        .textsMap("groups", node -> node.name(""))
        .forEach((group, nodes) -> groups.put(group, List.copyOf(nodes)));
    return groups;
  }

  /// @param nodes the names of all the service's nodes
  /// @param wanted whether the strategy needs groups
  static void contradictions(
      Fields fields, Map<String, List<String>> groups, List<String> nodes, boolean wanted) {
    if (!fields.has("groups")) {
      if (wanted) {
        fields.problem(
            "groups",
            "expected two groups of nodes beside strategy "
                + Strategies.BLUE_GREEN
                + EXAMPLE
                + ", is missing");
      }
      return;
    }
    if (groups.size() != 2) {
      fields.problem(
          "groups", "expected two groups of nodes" + EXAMPLE + ", found " + groups.size());
      return;
    }
    groups.forEach((group, members) -> {
      if (!Check.isName(group)) {
        fields.problem(
            "groups",
            "expected a group's name to be of 1 to 100 letters, digits, '.', '_', ':' or '-', found"
                + " another text");
      }
      if (members.isEmpty()) {
        fields.problem(
            "groups",
            "expected one node or more in each group, found none in " + Check.printable(group));
      }
    });
    members(fields, groups, nodes);
  }

  /// Each node is in one group, and nobody else is.
  private static void members(Fields fields, Map<String, List<String>> groups, List<String> nodes) {
    List<String> members = new ArrayList<>();
    groups.values().forEach(members::addAll);
    members.stream()
        .distinct()
        .filter(member -> !nodes.contains(member))
        .forEach(member ->
            fields.problem(
                "groups",
                "expected nodes of " + nodes + " alone, found " + Check.printable(member)));
    for (String node : nodes.stream().distinct().toList()) {
      long times = members.stream().filter(node::equals).count();
      if (times == 0) {
        fields.problem(
            "groups",
            "expected each node in one group, found "
                + node
                + " in none; name it in one of them, or take it out of nodes");
      } else if (times > 1) {
        fields.problem("groups", "expected each node in one group once, found " + node + " twice");
      }
    }
  }

  /// What does not go with changing between two groups.
  ///
  /// @param minAvailable what the service says itself; none for the default
  static void besideBlueGreen(
      Fields fields,
      Map<String, List<String>> groups,
      @Nullable Integer minAvailable,
      @Nullable Batch batch,
      boolean pool) {
    if (!pool) {
      fields.problem(
          "pool",
          "expected one, since strategy "
              + Strategies.BLUE_GREEN
              + " moves its requests from one group to the other, found none");
    }
    if (batch != null) {
      fields.problem(
          "batch",
          "expected none beside strategy "
              + Strategies.BLUE_GREEN
              + ", which takes a whole group at once, found "
              + batch.shown());
    }
    int smaller = groups.values().stream().mapToInt(List::size).min().orElse(0);
    if (minAvailable != null && smaller > 0 && minAvailable > smaller) {
      fields.problem(
          "minAvailable",
          "expected at most "
              + smaller
              + ", the nodes of the smaller group, since strategy "
              + Strategies.BLUE_GREEN
              + " has one group alone in rotation, found "
              + minAvailable
              + "; lower it, or add nodes to that group");
    }
  }
}
