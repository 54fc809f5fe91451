package dev.serin.simulation.world;

import dev.serin.haproxy.frontdoor.FrontDoor;
import dev.serin.simulation.engine.VirtualProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What users of the load balancers are answered.
public final class VirtualFrontDoor implements FrontDoor {
  private final VirtualProcess process;
  private final Map<String, VirtualHaproxy> byHost;

  /// @param byHost by the host in each one's url
  public VirtualFrontDoor(VirtualProcess process, Map<String, VirtualHaproxy> byHost) {
    this.process = process;
    this.byHost = byHost;
  }

  @Override
  public Answer get(Request request) {
    process.sleep(Duration.ofMillis(2));
    VirtualHaproxy haproxy = Objects.requireNonNull(byHost.get(request.url().getHost()));
    if (haproxy.isDown()) {
      return new Silent(request.url() + ": java.net.ConnectException: Connection refused");
    }
    VirtualServer server = haproxy.request(request.cookie());
    if (server == null) {
      return new Served(503, List.of());
    }
    String own = VirtualHaproxy.COOKIE + "=" + server.name();
    List<String> cookies =
        haproxy.isSticky() && !own.equals(request.cookie()) ? List.of(own + "; path=/") : List.of();
    boolean answered = server.instance().unit().life() != null;
    return new Served(answered ? 200 : 503, cookies);
  }
}
