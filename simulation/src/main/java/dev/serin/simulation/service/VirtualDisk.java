package dev.serin.simulation.service;

import dev.serin.haproxy.hint.HintStore;
import java.util.LinkedHashMap;
import java.util.Map;

/// What one machine keeps of its haproxy-agent, whose processes come and go.
final class VirtualDisk implements HintStore {
  private final Map<String, Found> files = new LinkedHashMap<>();

  @Override
  public void write(String service, String text) {
    files.put(service, new Found.Text(text));
  }

  @Override
  public void remove(String service) {
    files.remove(service);
  }

  @Override
  public Map<String, Found> all() {
    return Map.copyOf(files);
  }

  @Override
  public String place(String service) {
    return service + ".json";
  }
}
