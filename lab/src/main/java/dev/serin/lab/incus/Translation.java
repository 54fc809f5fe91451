package dev.serin.lab.incus;

import java.util.LinkedHashMap;
import java.util.Map;

/// Between an instance's own names and this machine's: all instances of the stand-in share its file
/// system and its loopback, so that the known prefix and the backend's address have to differ.
final class Translation {

  private final Map<String, String> toMachine;

  /// @param toMachine from an instance's name to this machine's, such as `/opt/serin-lab` to a
  ///   directory
  Translation(Map<String, String> toMachine) {
    this.toMachine = new LinkedHashMap<>(toMachine);
  }

  String toMachine(String text) {
    String result = text;
    for (Map.Entry<String, String> pair : toMachine.entrySet()) {
      result = result.replace(pair.getKey(), pair.getValue());
    }
    return result;
  }

  String toInstance(String text) {
    String result = text;
    for (Map.Entry<String, String> pair : toMachine.entrySet()) {
      result = result.replace(pair.getValue(), pair.getKey());
    }
    return result;
  }
}
