package dev.serin.cli.command;

import dev.serin.contracts.json.Json;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// What every request says: who asks, why, and under which id.
final class Asking {
  @Option(names = "--reason", paramLabel = "WHY", description = "why; it stays in the record")
  private @Nullable String reason;

  @Option(names = "--by", paramLabel = "WHO", description = "who asks (your user name)")
  private @Nullable String by;

  @Option(
      names = "--request-id",
      paramLabel = "ID",
      description = "the request's own id: the same id is the same request (a new one)")
  private @Nullable String requestId;

  /// The head of a request.
  ObjectNode request(Session session, String type, String service) {
    ObjectNode request = Json.mapper().createObjectNode();
    request.put("type", type);
    request.put("requestId", requestId == null ? UUID.randomUUID().toString() : requestId);
    request.put("service", service);
    request.put("requestedBy", by == null ? user(session) : by);
    request.put("reason", reason == null ? "" : reason);
    return request;
  }

  /// The person behind sudo, where there is one.
  private static String user(Session session) {
    Optional<String> sudo = session.surroundings().variable("SUDO_USER");
    return sudo.or(() -> session.surroundings().variable("USER"))
        .orElseGet(() -> System.getProperty("user.name", "unknown"));
  }
}
