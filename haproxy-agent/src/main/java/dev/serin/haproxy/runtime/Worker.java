package dev.serin.haproxy.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One HAProxy process that serves, or one that a reload left behind to finish what it had.
public final class Worker {
  /// How many commands go into one line: HAProxy's buffer takes 16 KiB.
  private static final int BATCH = 50;

  /// How commands reach this process.
  @FunctionalInterface
  interface Asking {
    String ask(List<String> commands) throws NotDone;
  }

  private final String loadBalancer;
  private final String description;
  private final boolean old;
  private final Asking asking;

  Worker(String loadBalancer, String description, boolean old, Asking asking) {
    this.loadBalancer = loadBalancer;
    this.description = description;
    this.old = old;
    this.asking = asking;
  }

  /// What is on one server in this process.
  ///
  /// @param requests sessions that are no tunnels
  /// @param tunnels the ids of the tunnels; where there are requests too, only what look like
  ///   tunnels
  public record Load(int requests, List<String> tunnels) {
    public boolean onlyTunnels() {
      return requests == 0 && !tunnels.isEmpty();
    }
  }

  /// The process's name in messages: the load balancer's, and the pid of an old one.
  public String description() {
    return description;
  }

  /// Whether it only finishes what it had before a reload.
  public boolean old() {
    return old;
  }

  public Snapshot look(Collection<String> pools) throws NotDone {
    Set<String> wanted = new LinkedHashSet<>(pools);
    List<String> commands = new ArrayList<>();
    commands.add("show info");
    for (String pool : wanted) {
      commands.add("show servers state " + pool);
      commands.add("show servers conn " + pool);
      commands.add("show stat " + pool + " 6 -1");
    }
    return snapshot(wanted, commands);
  }

  Snapshot lookAtAll() throws NotDone {
    return snapshot(
        null, List.of("show info", "show servers state", "show servers conn", "show stat"));
  }

  /// @param pools those that are asked for; none means all
  private Snapshot snapshot(@Nullable Set<String> pools, List<String> commands) throws NotDone {
    String answer = asking.ask(commands);
    if (answer.contains("Permission denied")) {
      throw Failures.said(loadBalancer, "show servers state", "Permission denied");
    }
    try {
      return SnapshotReader.read(pools, answer);
    } catch (Garbled garbled) {
      throw Failures.unreachable(
          loadBalancer, "an answer that can't be read: '" + garbled.getMessage() + "'");
    }
  }

  /// What is on the server, tunnels apart. Costs a list of all sessions of the process.
  public Load load(String pool, String server) throws NotDone {
    List<Sessions.Session> sessions = sessions(pool, server);
    List<String> candidates =
        sessions.stream().filter(Sessions.Session::mayBeTunnel).map(Sessions.Session::id).toList();
    if (candidates.size() < sessions.size()) {
      return new Load(sessions.size() - candidates.size(), candidates);
    }
    List<String> tunnels = new ArrayList<>();
    for (List<String> some : batches(candidates)) {
      tunnels.addAll(stillTunnels(some));
    }
    return new Load(candidates.size() - tunnels.size(), tunnels);
  }

  private List<Sessions.Session> sessions(String pool, String server) throws NotDone {
    String answer = asking.ask(List.of("show sess"));
    try {
      return Sessions.on(pool, server, answer);
    } catch (Garbled garbled) {
      throw Failures.unread(loadBalancer, "show sess", answer);
    }
  }

  /// Closes the tunnels that a look found. HAProxy knows a session by its address in memory, which
  /// is the next one's as soon as this one has ended by itself; so each is looked at once more,
  /// just before, and whatever is no tunnel any more is left alone. The server's name would shut a
  /// request with them that has come since.
  ///
  /// @return how many were closed
  public int closeTunnels(List<String> tunnels) throws NotDone {
    int closed = 0;
    for (List<String> some : batches(tunnels)) {
      closed += shut(stillTunnels(some));
    }
    return closed;
  }

  private List<String> stillTunnels(List<String> ids) throws NotDone {
    return Sessions.tunnels(asking.ask(ids.stream().map(id -> "show sess " + id).toList()));
  }

  /// Shuts these sessions; those that have ended by themselves are left out of the count.
  private int shut(List<String> ids) throws NotDone {
    int shut = 0;
    for (List<String> some : batches(ids)) {
      String answer = asking.ask(some.stream().map(id -> "shutdown session " + id).toList());
      if (answer.contains("Permission denied")) {
        throw Failures.said(loadBalancer, "shutdown session", "Permission denied");
      }
      shut += some.size() - (answer.split("No such session", -1).length - 1);
    }
    return shut;
  }

  /// Shuts whatever is on the server. An old worker answers `Proxy is disabled.` to the command for
  /// a whole server, so there each session is named.
  public void shutAll(String pool, String server) throws NotDone {
    if (old) {
      shut(sessions(pool, server).stream().map(Sessions.Session::id).toList());
      return;
    }
    String command = "shutdown sessions server " + pool + "/" + server;
    String answer = asking.ask(List.of(command)).strip();
    if (!answer.isEmpty()) {
      throw Failures.said(loadBalancer, command, answer);
    }
  }

  private static List<List<String>> batches(List<String> ids) {
    List<List<String>> batches = new ArrayList<>();
    for (int i = 0; i < ids.size(); i += BATCH) {
      batches.add(ids.subList(i, Math.min(ids.size(), i + BATCH)));
    }
    return batches;
  }
}
