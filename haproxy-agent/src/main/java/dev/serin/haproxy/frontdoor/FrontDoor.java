package dev.serin.haproxy.frontdoor;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks a load balancer what its users ask it.
@FunctionalInterface
public interface FrontDoor {
  /// One GET on a connection of its own.
  ///
  /// @param url the front door: scheme, host and port
  /// @param path the path, beginning with `/`
  /// @param host the `Host` header, and the name that a certificate must have; none for the URL's
  /// @param ca a PEM file to verify HTTPS with; none for the system's
  /// @param cookie a `Cookie` header; none for none
  record Request(
      URI url, String path, @Nullable String host, @Nullable String ca, @Nullable String cookie) {}

  Answer get(Request request);

  /// What came of it.
  sealed interface Answer {}

  /// @param setCookies the values of its `Set-Cookie` headers
  record Served(int status, List<String> setCookies) implements Answer {
    /// Whether the answer pins the user to a server by this cookie.
    public boolean sets(String cookie) {
      return setCookies.stream().anyMatch(header -> header.startsWith(cookie + "="));
    }
  }

  /// No answer, or none that is HTTP.
  record Silent(String what) implements Answer {}
}
