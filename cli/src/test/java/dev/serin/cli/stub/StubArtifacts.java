package dev.serin.cli.stub;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A stub coordinator's store of artifacts, whose connections may break.
public final class StubArtifacts {
  private final Map<String, byte[]> whole = new ConcurrentHashMap<>();
  private final Map<String, byte[]> parts = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private int cuts;
  private int cutAfter;
  private int refusal;
  private @Nullable String privacy = "kept";
  private final Set<String> hidden = ConcurrentHashMap.newKeySet();

  /// The next uploads break off after so many bytes each.
  public void cuts(int times, int afterBytes) {
    cuts = times;
    cutAfter = afterBytes;
  }

  /// Every upload is refused with this status.
  public void refuses(int status) {
    refusal = status;
  }

  /// What it says of private files; null as a version before them.
  public void ofPrivateFilesSays(@Nullable String word) {
    privacy = word;
  }

  /// The digests of what it was sent as private.
  public Set<String> hidden() {
    return hidden;
  }

  /// What is there, by digest.
  public Map<String, byte[]> whole() {
    return whole;
  }

  /// The method of each request, with where an upload went on.
  public List<String> asked() {
    return asked;
  }

  void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String sha256 = path.substring(path.lastIndexOf('/') + 1);
    boolean isPrivate = "private=true".equals(exchange.getRequestURI().getQuery());
    byte[] part = parts.getOrDefault(sha256, new byte[0]);
    if (exchange.getRequestMethod().equals("HEAD")) {
      asked.add("HEAD");
      exchange.getResponseHeaders().set("Upload-Offset", String.valueOf(part.length));
      if (isPrivate && privacy != null) {
        exchange.getResponseHeaders().set("Artifact-Private", privacy);
      }
      boolean isThere = whole.containsKey(sha256) && !(isPrivate && privacy != null);
      exchange.sendResponseHeaders(isThere ? 200 : 404, -1);
      exchange.close();
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Content-Range");
    asked.add("PUT " + (range == null ? "from the start" : range));
    if (refusal != 0) {
      byte[] detail = "{\"detail\":\"expected less, found more\"}".getBytes(StandardCharsets.UTF_8);
      exchange.getRequestBody().readAllBytes();
      exchange.sendResponseHeaders(refusal, detail.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(detail);
      }
      return;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(range == null ? new byte[0] : part);
    InputStream body = exchange.getRequestBody();
    if (cuts > 0) {
      cuts--;
      all.writeBytes(body.readNBytes(cutAfter));
      parts.put(sha256, all.toByteArray());
      // Nothing is answered: the connection ends here.
      throw new IOException("cut");
    }
    all.writeBytes(body.readAllBytes());
    boolean isPublic = isPrivate && whole.containsKey(sha256) && !hidden.contains(sha256);
    whole.put(sha256, all.toByteArray());
    if (isPublic) {
      exchange.getResponseHeaders().set("Artifact-Private", "public");
    } else if (isPrivate) {
      hidden.add(sha256);
    }
    exchange.sendResponseHeaders(isPublic ? 200 : 201, -1);
    exchange.close();
  }
}
