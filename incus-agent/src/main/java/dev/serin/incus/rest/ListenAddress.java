package dev.serin.incus.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a proxy device listens: `tcp:127.0.0.11:8080`, `tcp:[::1]:80,443`,
/// `tcp:0.0.0.0:8000-8009`.
final class ListenAddress {
  private static final Pattern TCP = Pattern.compile("tcp:(\\[[^\\]]+\\]|[^:]+):([0-9,-]+)");

  /// A range of more ports than this is cut: nobody serves one service on so many.
  private static final int MOST_PORTS = 100;

  private ListenAddress() {}

  /// Each as `address:port`; none for anything but TCP.
  static List<String> of(String listen) {
    Matcher parts = TCP.matcher(listen);
    List<String> addresses = new ArrayList<>();
    if (parts.matches()) {
      for (String range : parts.group(2).split(",", -1)) {
        ports(range).forEach(port -> addresses.add(parts.group(1) + ":" + port));
      }
    }
    return addresses;
  }

  private static List<Integer> ports(String range) {
    String[] ends = range.split("-", -1);
    List<Integer> ports = new ArrayList<>();
    try {
      int first = Integer.parseInt(ends[0]);
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int port = first; port <= last && ports.size() < MOST_PORTS; port++) {
        ports.add(port);
      }
    } catch (NumberFormatException noPort) {
      return List.of();
    }
    return ports;
  }
}
