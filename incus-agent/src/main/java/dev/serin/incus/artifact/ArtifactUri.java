package dev.serin.incus.artifact;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// An artifact's URI, taken apart.
public sealed interface ArtifactUri {
  /// On this machine.
  record OnAgent(Path file) implements ArtifactUri {}

  /// On the node itself.
  ///
  /// @param path absolute
  record OnNode(String path) implements ArtifactUri {}

  /// Somewhere on the network.
  ///
  /// @param shown without user, password and query, which may be secret
  record Remote(URI uri, String shown) implements ArtifactUri {}

  record Unknown(String found) implements ArtifactUri {}

  static ArtifactUri of(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException unreadable) {
      return new Unknown("a URI with an error at character " + unreadable.getIndex());
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    return switch (scheme) {
      case "file" -> {
        String path = uri.getPath();
        yield isFile(uri, path) ? new OnAgent(Path.of(path)) : new Unknown(pathless("file"));
      }
      case "node" -> {
        String path = uri.getPath();
        yield isFile(uri, path) ? new OnNode(path) : new Unknown(pathless("node"));
      }
      case "http", "https" ->
          uri.getHost() == null
              ? new Unknown("an " + scheme + ": URI without a host")
              : new Remote(uri, shown(uri));
      default -> new Unknown(scheme.isEmpty() ? "a URI without a scheme" : scheme + ":");
    };
  }

  private static boolean isFile(URI uri, String path) {
    boolean here = uri.getAuthority() == null || uri.getAuthority().equals("localhost");
    return here
        && path != null
        && path.startsWith("/")
        && !path.endsWith("/")
        && path.indexOf('\0') < 0
        && !List.of(path.split("/", -1)).contains("..");
  }

  private static String pathless(String scheme) {
    return "a " + scheme + ": URI without the absolute path of a file";
  }

  private static String shown(URI uri) {
    return uri.getScheme()
        + "://"
        + uri.getHost()
        + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
        + uri.getPath();
  }
}
