package dev.serin.incus.config;

import dev.serin.contracts.Check;
import java.net.URI;
import java.util.Optional;

/// Where the coordinator's store of artifacts is: `serin.artifacts.url`, else where the coordinator
/// of the same configuration listens. So in `serin standalone` nothing has to be set.
final class StoreAddress {
  private StoreAddress() {}

  /// @param text an address, `host:port` of a server that listens there, or empty for none
  /// @return none where there is no store
  static Optional<URI> of(String text) {
    String address = text.strip().replaceAll("/+$", "");
    // Port 0 is any free one, which is known to the coordinator alone.
    if (address.isEmpty() || address.endsWith(":0")) {
      return Optional.empty();
    }
    try {
      URI uri = URI.create(text.contains("://") ? address : "http://" + reachable(address));
      boolean isWeb = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (isWeb
          && uri.getHost() != null
          && uri.getRawQuery() == null
          && uri.getUserInfo() == null) {
        return Optional.of(uri);
      }
    } catch (IllegalArgumentException notOne) {
      // Told below, as every other text that is no address.
    }
    throw new IllegalArgumentException(
        "serin.artifacts.url: expected an address such as http://127.0.0.1:7070, or nothing for no"
            + " store, was '"
            + Check.printable(address.substring(address.indexOf('@') + 1))
            + "'");
  }

  /// Who listens everywhere listens on the loopback interface too.
  private static String reachable(String listens) {
    int colon = listens.lastIndexOf(':');
    String host = colon < 0 ? listens : listens.substring(0, colon);
    String port = colon < 0 ? "" : listens.substring(colon);
    if (host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]")) {
      return "127.0.0.1" + port;
    }
    return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" + port : listens;
  }
}
