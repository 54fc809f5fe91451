package dev.serin.simulation.world;

import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.simulation.engine.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One HAProxy with one pool: what its runtime API says and does, word for word as 2.6 does (with
/// those columns of its tables that Serin reads), its own health checks, and users who send it
/// requests. A reload leaves an old worker behind that finishes what it has, and starts one that
/// has forgotten everything it was told; with a state file (`load-server-state-from-file`, written
/// before each reload) all but the leaving map.
public final class VirtualHaproxy {
  static final String POOL = "api_pool";
  static final String COOKIE = "SERVERID";
  public static final String LEAVING_MAP = "/etc/haproxy/leaving.map";
  private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(1);
  private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(400);

  private record Worker(long pid, Map<String, VirtualServer> servers) {}

  private final Loop loop;
  private final Random users;
  private final String name;
  private final boolean sticky;
  private final boolean leavingMap;
  private final boolean master;
  private final boolean stateFile;
  private final Observer observer;
  private final List<Worker> old = new ArrayList<>();
  private final Set<String> leaving = new TreeSet<>();
  private Map<String, VirtualServer> servers;
  private long pid = 100;
  private Instant startedAt;
  private Instant replacedAt = Instant.MIN;
  private boolean readOnly;
  private boolean down;
  private long sessionsMade;

  VirtualHaproxy(
      Loop loop,
      Random users,
      String name,
      World.Design design,
      Map<Instance, Integer> weights,
      Observer observer) {
    this.loop = loop;
    this.users = users;
    this.name = name;
    this.sticky = design.sticky();
    this.leavingMap = design.leavingMap();
    this.master = design.master();
    this.stateFile = design.stateFile();
    this.observer = observer;
    this.startedAt = loop.now();
    this.servers = new LinkedHashMap<>();
    weights.forEach((instance, weight) ->
        servers.put(instance.name(), new VirtualServer(instance.name(), instance, weight)));
    loop.after(BETWEEN_CHECKS, this::check);
    loop.after(BETWEEN_REQUESTS, this::serve);
  }

  public String name() {
    return name;
  }

  public boolean hasLeavingMap() {
    return leavingMap;
  }

  /// Somebody has put it into maintenance, before the story begins.
  void standsBy(String server) {
    Objects.requireNonNull(servers.get(server)).set(AdminState.MAINT);
  }

  public boolean hasMaster() {
    return master;
  }

  public boolean isSticky() {
    return sticky;
  }

  public Map<String, VirtualServer> servers() {
    return servers;
  }

  public boolean isLeaving(String server) {
    return leaving.contains(server);
  }

  public boolean isDown() {
    return down;
  }

  /// When it last forgot what it had been told.
  public Instant replacedAt() {
    return replacedAt;
  }

  /// Whether a request (no tunnel) is on the server, in any worker.
  public boolean hasRequests(String server) {
    List<Worker> all = new ArrayList<>(old);
    all.add(new Worker(pid, servers));
    Instant now = loop.now();
    return all.stream()
        .flatMap(worker -> worker.servers().values().stream())
        .filter(it -> it.name().equals(server))
        .flatMap(it -> it.sessions().stream())
        .anyMatch(session -> !session.tunnel() && session.endsAt().isAfter(now));
  }

  /// A hot reload: nobody is cut.
  public void reload() {
    Map<String, VirtualServer> before = servers;
    old.add(new Worker(pid, before));
    replace();
    if (stateFile) {
      servers.forEach((key, server) -> {
        VirtualServer was = Objects.requireNonNull(before.get(key));
        server.set(was.state());
        server.weigh(was.weight());
      });
    }
    readOnly = false;
  }

  /// A hot reload with a file whose `stats socket` has lost its `level admin`: until the next one
  /// it shows everything and changes nothing.
  public void reloadReadOnly() {
    reload();
    readOnly = true;
  }

  public boolean isReadOnly() {
    return readOnly;
  }

  /// It is killed; `start` brings it back.
  public void kill() {
    old.clear();
    replace();
    down = true;
  }

  public void start() {
    down = false;
    readOnly = false;
    startedAt = loop.now();
  }

  private void replace() {
    Map<String, VirtualServer> next = new LinkedHashMap<>();
    servers.forEach((key, server) ->
        next.put(key, new VirtualServer(key, server.instance(), server.initialWeight())));
    servers = next;
    leaving.clear();
    pid += 7;
    startedAt = loop.now();
    replacedAt = loop.now();
  }

  /// What a person does at the socket.
  public void byHand(String command) {
    if (!readOnly) {
      answer(command);
    }
  }

  private void check() {
    if (!down) {
      servers.values().forEach(VirtualServer::check);
      old.removeIf(worker -> worker.servers().values().stream().allMatch(this::isIdle));
    }
    loop.after(BETWEEN_CHECKS, this::check);
  }

  private boolean isIdle(VirtualServer server) {
    Instant now = loop.now();
    server.sessions().removeIf(session -> !session.endsAt().isAfter(now));
    return server.sessions().isEmpty();
  }

  /// One user's request: most are short, some last seconds, a few are WebSockets.
  private void serve() {
    if (!down) {
      List<String> names = new ArrayList<>(servers.keySet());
      String pinned = sticky && users.nextBoolean() ? names.get(users.nextInt(names.size())) : null;
      VirtualServer server = choose(pinned);
      if (server != null) {
        int kind = users.nextInt(40);
        Duration lasts =
            kind == 0
                ? Duration.ofSeconds(5 + users.nextInt(60))
                : kind < 4 ? Duration.ofMillis(500 + users.nextInt(3_000)) : Duration.ofMillis(20);
        open(server, lasts, kind == 0);
      }
    }
    loop.after(BETWEEN_REQUESTS, this::serve);
  }

  private void open(VirtualServer server, Duration lasts, boolean tunnel) {
    isIdle(server);
    boolean answered = server.instance().unit().life() != null;
    server.took(
        new VirtualServer.Session(
            ++sessionsMade, answered ? loop.now().plus(lasts) : loop.now(), tunnel),
        answered);
  }

  /// By cookie, also to a server that drains, unless it is leaving; else by weight.
  private @Nullable VirtualServer choose(@Nullable String pinned) {
    VirtualServer mine = pinned == null ? null : servers.get(pinned);
    if (mine != null
        && mine.state() != AdminState.MAINT
        && mine.isUp()
        && !leaving.contains(mine.name())) {
      return mine;
    }
    int all = 0;
    for (VirtualServer server : servers.values()) {
      all += server.inRotation() ? server.weight() : 0;
    }
    if (all == 0) {
      return null;
    }
    int at = users.nextInt(all);
    for (VirtualServer server : servers.values()) {
      if (server.inRotation()) {
        at -= server.weight();
        if (at < 0) {
          return server;
        }
      }
    }
    throw new IllegalStateException("the weights changed");
  }

  /// A user's request with a cookie or none: the server that answers it.
  @Nullable VirtualServer request(@Nullable String cookie) {
    String pinned =
        cookie != null && sticky && cookie.startsWith(COOKIE + "=")
            ? cookie.substring(COOKIE.length() + 1)
            : null;
    VirtualServer server = down ? null : choose(pinned);
    if (server != null) {
      open(server, Duration.ofMillis(5), false);
    }
    return server;
  }

  /// What a line of commands is answered, and what it changes. Each answer is closed by an empty
  /// line; not so the master's word that an old worker is no more, which is the last one.
  ///
  /// @param by the process that says it
  String execute(String by, String line) {
    StringBuilder answer = new StringBuilder();
    for (String command : line.split(";", -1)) {
      if (command.equals("quit")) {
        break;
      }
      if (command.startsWith("@!") && !isOld(target(command))) {
        return answer
            + "Can't find the target PID matching the prefix '@!"
            + target(command)
            + "'\n";
      }
      boolean denied = readOnly && changes(command);
      answer.append(denied ? "Permission denied\n" : answer(command)).append('\n');
      if (!denied && changes(command)) {
        observer.inHaproxy(this, by, command);
      }
    }
    return answer.toString();
  }

  private static boolean changes(String command) {
    return !command.startsWith("show ") && !command.startsWith("@!");
  }

  private String answer(String command) {
    String[] words = command.split(" ");
    return switch (words[0]) {
      case "show" -> show(words, servers);
      case "set" -> set(words);
      case "add" -> {
        if (!leavingMap) {
          yield "Unknown map identifier. Please use #<id> or <file>.\n";
        }
        leaving.add(words[3]);
        yield "";
      }
      case "del" -> {
        if (!leavingMap) {
          yield "Unknown map identifier. Please use #<id> or <file>.\n";
        }
        yield leaving.remove(words[3]) ? "" : "Key not found.\n";
      }
      case "shutdown" -> shutdown(words, servers, false);
      default ->
          words[0].startsWith("@!") ? toOldWorker(words) : "Unknown command: '" + words[0] + "'\n";
    };
  }

  private static long target(String command) {
    return Long.parseLong(command.substring(2, command.indexOf(' ')));
  }

  private boolean isOld(long wanted) {
    return old.stream().anyMatch(worker -> worker.pid() == wanted);
  }

  private String toOldWorker(String[] words) {
    long wanted = Long.parseLong(words[0].substring(2));
    for (Worker worker : old) {
      if (worker.pid() == wanted) {
        String[] rest = java.util.Arrays.copyOfRange(words, 1, words.length);
        return rest[0].equals("show")
            ? show(rest, worker.servers())
            : shutdown(rest, worker.servers(), true);
      }
    }
    throw new IllegalStateException("no old worker " + wanted);
  }

  private String set(String[] words) {
    VirtualServer server = servers.get(words[2].substring(words[2].indexOf('/') + 1));
    if (server == null) {
      return "No such server.\n";
    }
    if (words[3].equals("weight")) {
      server.weigh(Integer.parseInt(words[4]));
      return "";
    }
    server.set(AdminState.valueOf(words[4].toUpperCase(Locale.ROOT)));
    return "";
  }

  private String show(String[] words, Map<String, VirtualServer> of) {
    return switch (words[1]) {
      case "info" ->
          "Name: HAProxy\nVersion: 2.6.12\nPid: "
              + pid
              + "\nUptime: 0d\nUptime_sec: "
              + Duration.between(startedAt, loop.now()).toSeconds()
              + "\n";
      case "cli" -> readOnly ? "operator\n" : "admin\n";
      case "proc" -> processes();
      case "map" -> map(words);
      case "sess" -> words.length == 2 ? sessions(of) : session(words[2], of);
      case "stat" -> Tables.stat(of, sticky, this::busy);
      case "servers" ->
          words[2].equals("state") ? Tables.state(of) : Tables.connections(of, this::busy);
      default -> "Unknown command: 'show " + words[1] + "'\n";
    };
  }

  private int busy(VirtualServer server) {
    isIdle(server);
    return server.sessions().size();
  }

  private String processes() {
    StringBuilder all =
        new StringBuilder(
            "#<PID>          <type>          <reloads>       <uptime>        <version>\n"
                + "1               master          0               0d00h00m01s     2.6.12\n"
                + "# workers\n"
                + pid
                + "             worker          0               0d00h00m01s     2.6.12\n"
                + "# old workers\n");
    old.forEach(worker ->
        all.append(worker.pid())
            .append("             worker          1               0d00h00m01s     2.6.12\n"));
    return all.append("# programs\n").toString();
  }

  private String map(String[] words) {
    if (words.length == 2) {
      return leavingMap
          ? "# id (file) description\n0 (" + LEAVING_MAP + ") pattern loaded from file\n"
          : "# id (file) description\n";
    }
    if (!leavingMap || !words[2].equals(LEAVING_MAP)) {
      return "Unknown map identifier. Please use #<id> or <file>.\n";
    }
    StringBuilder entries = new StringBuilder();
    leaving.forEach(entry -> entries.append("0x55").append(' ').append(entry).append(" 1\n"));
    return entries.toString();
  }

  private String sessions(Map<String, VirtualServer> of) {
    StringBuilder all = new StringBuilder();
    of.values()
        .forEach(server -> {
          isIdle(server);
          for (VirtualServer.Session session : server.sessions()) {
            all.append("0x")
                .append(Long.toHexString(session.id()))
                .append(": proto=tcpv4 src=127.0.0.1:5000 fe=main be=" + POOL + " srv=")
                .append(server.name())
                .append(" ts=00 epoch=0 age=1s calls=1 rate=0 cpu=0 lat=0 rq[f=848000h,i=0,an=")
                .append(session.tunnel() ? "00" : "8000")
                .append("h,rx=,wx=,ax=] rp[f=80048000h,i=0,an=00h,rx=,wx=,ax=]\n");
          }
        });
    return all.toString();
  }

  private static String session(String id, Map<String, VirtualServer> of) {
    long wanted = Long.parseLong(id.substring(2), 16);
    for (VirtualServer server : of.values()) {
      for (VirtualServer.Session session : server.sessions()) {
        if (session.id() == wanted) {
          String state = session.tunnel() ? "MSG_TUNNEL" : "MSG_BODY";
          return id
              + ": [20/Nov/2026:12:00:00.000000] id=1 proto=tcpv4 source=127.0.0.1:5000\n"
              + "  txn=0x1 flags=0x0 meth=1 status=200 req.st="
              + state
              + " rsp.st="
              + state
              + " req.f=0x4c\n";
        }
      }
    }
    return "Session not found.\n";
  }

  private String shutdown(String[] words, Map<String, VirtualServer> of, boolean ofOldWorker) {
    if (words[1].equals("sessions")) {
      VirtualServer server = of.get(words[3].substring(words[3].indexOf('/') + 1));
      if (ofOldWorker) {
        return "Proxy is disabled.\n";
      }
      if (server != null) {
        server.sessions().clear();
      }
      return server == null ? "No such server.\n" : "";
    }
    long wanted = Long.parseLong(words[2].substring(2), 16);
    boolean found = false;
    for (VirtualServer server : of.values()) {
      found |= server.sessions().removeIf(session -> session.id() == wanted);
    }
    return found ? "" : "No such session (use 'show sess').\n";
  }
}
