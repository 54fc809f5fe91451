package dev.serin.coordinator.plan;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Other canaries for one release than the service's own.
final class Canaries {
  private Canaries() {}

  /// Marks the nodes with these names as the canaries, and no other.
  ///
  /// @param merged the service's definition
  /// @param names a list of one name or more; none to leave all as it is
  static void name(ObjectNode merged, @Nullable JsonNode names, List<String> problems) {
    if (names == null) {
      return;
    }
    Set<String> wanted = new TreeSet<>();
    names.forEach(name -> wanted.add(name.asString("")));
    if (!names.isArray() || wanted.isEmpty()) {
      problems.add("overrides.canaries: expected a list of one node or more, found another value");
      return;
    }
    Set<String> known = new TreeSet<>();
    for (JsonNode node : merged.path("nodes")) {
      String name = node.path("name").asString("");
      known.add(name);
      if (node instanceof ObjectNode object) {
        object.put("canary", wanted.contains(name));
      }
    }
    if (!known.containsAll(wanted)) {
      wanted.removeAll(known);
      problems.add("overrides.canaries: expected nodes of " + known + ", found " + wanted);
    }
  }
}
