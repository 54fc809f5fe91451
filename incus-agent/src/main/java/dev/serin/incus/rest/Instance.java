package dev.serin.incus.rest;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// An instance as `GET /1.0/instances?recursion=2` shows it.
///
/// @param status `Running`, `Stopped`, `Frozen`, `Error`, …
/// @param addresses `address:port` of its proxy devices, and the bare addresses of its interfaces
public record Instance(String name, String status, List<String> addresses) {
  public Instance {
    addresses = List.copyOf(addresses);
  }

  public boolean isRunning() {
    return status.equals("Running");
  }

  /// The status as a word in a sentence.
  public String state() {
    return status.toLowerCase(Locale.ROOT);
  }

  static Instance read(JsonNode json) {
    List<String> addresses = new java.util.ArrayList<>();
    for (Map.Entry<String, JsonNode> device : json.path("expanded_devices").properties()) {
      JsonNode settings = device.getValue();
      if (settings.path("type").asString("").equals("proxy")
          && settings.path("bind").asString("host").equals("host")) {
        addresses.addAll(ListenAddress.of(settings.path("listen").asString("")));
      }
    }
    for (Map.Entry<String, JsonNode> network : json.path("state").path("network").properties()) {
      for (JsonNode address : network.getValue().path("addresses")) {
        if (address.path("scope").asString("").equals("global")) {
          addresses.add(address.path("address").asString(""));
        }
      }
    }
    return new Instance(
        json.path("name").asString(""),
        json.path("status").asString("Unknown"),
        addresses.stream().filter(address -> !address.isEmpty()).distinct().toList());
  }
}
