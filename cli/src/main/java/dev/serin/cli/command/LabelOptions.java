package dev.serin.cli.command;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// The labels of a request that begins a rollout: words for dashboards, and what `serin.limits`
/// counts it by.
final class LabelOptions {
  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "a word for dashboards and for limits by label; may be given again")
  private Map<String, String> labels = new LinkedHashMap<>();

  void addTo(ObjectNode request) {
    if (!labels.isEmpty()) {
      ObjectNode object = request.putObject("labels");
      labels.forEach(object::put);
    }
  }
}
