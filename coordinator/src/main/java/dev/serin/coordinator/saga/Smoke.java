package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.SmokeRequest;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The smoke test: what the service expects of a node that has the new version and takes no traffic
/// yet. On the way back there is none, since what the old version answers is another thing.
final class Smoke {
  private static final String VERSION = "$version";

  private Smoke() {}

  static IncusCommand command(Rollout rollout, Node node, CommandHead head) {
    ServiceDefinition service = rollout.service();
    String version = rollout.request().version();
    List<SmokeRequest> requests =
        service.smoke().stream().map(request -> filled(request, version)).toList();
    return new IncusCommand.RunSmokeTest(
        head, Commands.instance(node), service.install(), base(service.health().url()), requests);
  }

  /// Scheme, host and port of the health URL; a user's name in it goes along.
  private static String base(String url) {
    URI uri = URI.create(url);
    return uri.getScheme() + "://" + uri.getRawAuthority();
  }

  private static SmokeRequest filled(SmokeRequest request, String version) {
    Map<String, String> json = new LinkedHashMap<>();
    request.json().forEach((pointer, text) -> json.put(pointer, text.replace(VERSION, version)));
    Map<String, String> headers = new LinkedHashMap<>();
    request.headers().forEach((name, text) -> headers.put(name, text.replace(VERSION, version)));
    return new SmokeRequest(
        request.get(),
        request.status(),
        filled(request.contains(), version),
        json,
        request.within(),
        request.method(),
        headers,
        filled(request.body(), version));
  }

  private static @Nullable String filled(@Nullable String text, String version) {
    return text == null ? null : text.replace(VERSION, version);
  }
}
