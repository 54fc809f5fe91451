package dev.serin.haproxy.guard;

import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficShare;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.haproxy.rotation.PoolCheck;
import dev.serin.haproxy.runtime.ProcessSeen;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Who has which share of a pool's requests: by the weights of those in rotation, and by what was
/// counted since the last time, all of it and what the balancing gave away. A process that was
/// replaced has begun to count anew, so nothing is said of its first interval.
final class Shares {
  private final Map<String, Counted> before = new HashMap<>();

  private record Counted(ProcessSeen process, Map<String, ServerView> lines) {}

  /// One server line with what was seen of it.
  private record Line(String node, ServerSetting setting, ServerView now) {}

  /// The shares since the last call.
  List<TrafficShare> since(List<GuardedServer> servers, Map<String, Snapshot> seen) {
    List<TrafficShare> shares = new ArrayList<>();
    seen.forEach((loadBalancer, snapshot) -> {
      List<Line> lines = lines(servers, loadBalancer, snapshot);
      Map<String, ServerView> counted = new HashMap<>();
      lines.forEach(line -> counted.put(key(line), line.now()));
      Counted last = before.put(loadBalancer, new Counted(snapshot.process(), counted));
      boolean comparable = last != null && !snapshot.process().replaced(last.process());
      lines.stream()
          .map(line -> line.setting().pool())
          .distinct()
          .forEach(pool ->
              pool(
                  lines.stream().filter(line -> line.setting().pool().equals(pool)).toList(),
                  comparable && last != null ? last.lines() : null,
                  shares));
    });
    return shares;
  }

  private static void pool(
      List<Line> lines, @Nullable Map<String, ServerView> before, List<TrafficShare> shares) {
    long weights =
        lines.stream()
            .filter(line -> line.now().inRotation())
            .mapToLong(line -> line.now().weight())
            .sum();
    for (Line line : lines) {
      double configured =
          weights == 0 || !line.now().inRotation() ? 0 : percent(line.now().weight(), weights);
      shares.add(
          new TrafficShare(
              line.node(),
              line.setting().loadBalancer(),
              line.setting().pool(),
              configured,
              counted(line, lines, before, ServerView::sessionsTotal),
              counted(line, lines, before, ServerView::chosenTotal)));
    }
  }

  private static @Nullable Double counted(
      Line line,
      List<Line> lines,
      @Nullable Map<String, ServerView> before,
      ToLongFunction<ServerView> total) {
    if (before == null) {
      return null;
    }
    long all = lines.stream().mapToLong(it -> since(it, before, total)).sum();
    return all == 0 ? null : percent(since(line, before, total), all);
  }

  private static long since(
      Line line, Map<String, ServerView> before, ToLongFunction<ServerView> total) {
    ServerView then = before.getOrDefault(key(line), line.now());
    return Math.max(0, total.applyAsLong(line.now()) - total.applyAsLong(then));
  }

  private static double percent(long part, long whole) {
    return Math.round(part * 10_000.0 / whole) / 100.0;
  }

  private static String key(Line line) {
    return line.setting().pool() + "/" + line.setting().server();
  }

  private static List<Line> lines(
      List<GuardedServer> servers, String loadBalancer, Snapshot snapshot) {
    List<Line> lines = new ArrayList<>();
    for (GuardedServer server : servers) {
      for (ServerSetting setting : server.settings()) {
        if (setting.loadBalancer().equals(loadBalancer)) {
          snapshot
              .server(setting.pool(), setting.server())
              .ifPresent(now -> lines.add(new Line(server.node(), setting, now)));
        }
      }
    }
    return lines;
  }

  /// Every server line as it is.
  static List<ServerSeen> seen(List<GuardedServer> servers, Map<String, Snapshot> seen) {
    List<ServerSeen> all = new ArrayList<>();
    seen.forEach((loadBalancer, snapshot) ->
        lines(servers, loadBalancer, snapshot)
            .forEach(line -> all.add(PoolCheck.seen(line.node(), loadBalancer, line.now()))));
    return all;
  }

  /// The nodes that take requests on every load balancer and in every pool.
  static List<String> inRotation(List<GuardedServer> servers, Map<String, Snapshot> seen) {
    return servers.stream()
        .filter(server ->
            server.settings().stream()
                .allMatch(setting ->
                    Optional.ofNullable(seen.get(setting.loadBalancer()))
                        .flatMap(snapshot -> snapshot.server(setting.pool(), setting.server()))
                        .map(ServerView::inRotation)
                        .orElse(false)))
        .map(GuardedServer::node)
        .toList();
  }
}
