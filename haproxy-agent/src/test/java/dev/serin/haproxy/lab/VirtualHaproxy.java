package dev.serin.haproxy.lab;

import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.RuntimeWire;
import dev.serin.haproxy.traffic.Fleet;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A load balancer in memory, on a clock that a test moves by hand: the pool `api` with b1, b2 and
/// b3, of weight 1 each, and a cookie of each. It has what it is told until it is reloaded, and
/// writes down what Serin sets. What only the real one can tell (how its words are spelt, what it
/// accepts) is the integration tests' to prove.
public final class VirtualHaproxy {
  public static final String POOL = "api";

  /// A second one, which it has only where a test says so.
  public static final String MORE = "more";

  private static final String MAP = "/leaving.map";
  private static final int INITIAL_WEIGHT = 1;

  /// `CHK_ST_AGENT`, `CHK_ST_CONFIGURED`, and `CHK_ST_ENABLED` or not.
  private static final int AGENT_ON = 0x16;

  private static final int AGENT_OFF = 0x12;

  /// One server line.
  private static final class Line {
    private final String cookie;
    private AdminState state = AdminState.READY;
    private int weight = INITIAL_WEIGHT;
    private String health = "UP";
    private int rampPercent = 100;
    private int agentState;
    private int agentWeight = -1;
    private long answers;
    private long chosen;

    private Line(String cookie) {
      this.cookie = cookie;
    }

    private String status() {
      return state == AdminState.READY ? health : state.name();
    }
  }

  private record Session(String server, boolean tunnel) {}

  private final String name;
  private final Supplier<Instant> clock;
  private final Map<String, Line> lines = new LinkedHashMap<>();
  private final Map<String, Line> more = new LinkedHashMap<>();
  private final Map<String, Session> sessions = new LinkedHashMap<>();
  private final Set<String> leaving = new TreeSet<>();
  private final List<String> writes;
  private final @Nullable RuntimeWire master;
  private boolean hasMap = true;
  private boolean silent;
  private boolean clings;
  private String level = "admin";
  private String algorithm = "roundrobin";
  private String cookieName = "SERVERID";
  private @Nullable String backup;
  private @Nullable String refused;
  private Consumer<String> beforeEach = command -> {};
  private long pid = 100;
  private Instant startedAt;
  private int nextSession = 0xa0;

  /// One that has been running for an hour.
  ///
  /// @param writes where it writes down what it is told, after its name; several may share it
  public VirtualHaproxy(String name, Supplier<Instant> clock, List<String> writes) {
    this(name, clock, writes, null);
  }

  /// @param master what its master process answers
  public VirtualHaproxy(
      String name, Supplier<Instant> clock, List<String> writes, @Nullable RuntimeWire master) {
    this.name = name;
    this.clock = clock;
    this.writes = writes;
    this.master = master;
    this.startedAt = clock.get().minus(Duration.ofHours(1));
    for (String server : List.of("b1", "b2", "b3")) {
      lines.put(server, new Line("c" + server.substring(1)));
    }
  }

  /// From the beginning on it has no leaving map.
  public VirtualHaproxy withoutMap() {
    hasMap = false;
    return this;
  }

  /// From the beginning on it pins nobody, and balances so.
  public VirtualHaproxy withoutCookie(String balance) {
    algorithm = balance;
    cookieName = "";
    return this;
  }

  /// The server gets requests only where no other one is up.
  public VirtualHaproxy backup(String server) {
    backup = server;
    return this;
  }

  /// From the beginning on it has the pool [#MORE] too, of the same servers, which pins nobody.
  public VirtualHaproxy withMore() {
    lines.keySet().forEach(server -> more.put(server, new Line("")));
    return this;
  }

  public Fleet.Balancer balancer() {
    return new Fleet.Balancer(
        new LoadBalancer(name, this::answer, master, hasMap ? MAP : null),
        URI.create("http://" + name),
        "socat");
  }

  /// What may be asked of a server of its pool.
  public ServerSetting setting(String server, int weight, AdminState state) {
    return new ServerSetting(name, POOL, server, weight, state);
  }

  private Line line(String server) {
    Line line = lines.get(server);
    if (line == null) {
      throw new AssertionError("no server " + server);
    }
    return line;
  }

  /// What the server has now.
  public ServerSetting now(String server) {
    return setting(server, line(server).weight, line(server).state);
  }

  public boolean leaves(String server) {
    return leaving.contains(line(server).cookie);
  }

  /// Somebody sets a server, not by Serin.
  public void set(String server, AdminState state) {
    line(server).state = state;
  }

  public void weigh(String server, int weight) {
    line(server).weight = weight;
  }

  /// Somebody puts the server's cookie on the leaving map.
  public void leave(String server) {
    leaving.add(line(server).cookie);
  }

  /// Somebody takes it off the leaving map.
  public void stayOn(String server) {
    leaving.remove(line(server).cookie);
  }

  /// HAProxy's own checks say so: `UP`, `UP 1/3`, `DOWN`.
  public void health(String server, String word) {
    line(server).health = word;
  }

  /// A slow start lasts, and is so far.
  public void ramp(String server, int percent) {
    line(server).rampPercent = percent;
  }

  /// An agent check of the server sets its weight, again and again, where it is switched on.
  public void agentSets(String server, int weight) {
    line(server).agentState = AGENT_ON;
    line(server).agentWeight = weight;
  }

  /// Somebody switches the server's agent check off.
  public void disableAgent(String server) {
    line(server).agentState = AGENT_OFF;
  }

  /// The server has answered so many requests, chosen by the balancing.
  public void answered(String server, int count) {
    line(server).answers += count;
    line(server).chosen += count;
  }

  /// The same in the second pool.
  public void answeredInMore(String server, int count) {
    inMore(server).answers += count;
  }

  /// The same of the second pool's.
  public void healthInMore(String server, String word) {
    inMore(server).health = word;
  }

  private Line inMore(String server) {
    return Objects.requireNonNull(more.get(server), "withMore() comes first");
  }

  public void begin(String server, boolean tunnel) {
    sessions.put("0x" + Integer.toHexString(nextSession++), new Session(server, tunnel));
  }

  /// The oldest session ends by itself, and the next one begins where it was in memory.
  public void nextHasTheNameOfTheFirst(String server, boolean tunnel) {
    sessions.entrySet().iterator().next().setValue(new Session(server, tunnel));
  }

  public int sessions(String server) {
    return (int) sessions.values().stream().filter(it -> it.server().equals(server)).count();
  }

  /// Whatever was on its servers has ended.
  public void endAll() {
    sessions.clear();
  }

  /// Sessions that are shut stay all the same.
  public void clings() {
    clings = true;
  }

  /// Nobody answers any more, or somebody does again.
  public void silent(boolean now) {
    silent = now;
  }

  /// What may be done at its socket: `admin`, `operator` or `user`.
  public void level(String now) {
    level = now;
  }

  /// Commands that begin so are refused from now on; none where null.
  public void refuses(@Nullable String command) {
    refused = command;
  }

  /// Sees each command before it is obeyed.
  public void beforeEach(Consumer<String> what) {
    beforeEach = what;
  }

  /// Another process serves, with what the configuration file says.
  public void reload() {
    pid++;
    startedAt = clock.get();
    leaving.clear();
    lines
        .values()
        .forEach(line -> {
          line.state = AdminState.READY;
          line.weight = INITIAL_WEIGHT;
          line.agentState = line.agentState == AGENT_OFF ? AGENT_ON : line.agentState;
        });
  }

  private RuntimeWire.Reply answer(String asked) {
    StringBuilder text = new StringBuilder();
    for (String command : asked.split(";", -1)) {
      beforeEach.accept(command);
      if (silent) {
        return new RuntimeWire.Unanswered("no socket");
      }
      String one = one(command);
      text.append(one.isEmpty() || one.endsWith("\n") ? one : one + '\n').append('\n');
    }
    return new RuntimeWire.Answered(text.toString());
  }

  private String one(String command) {
    if (refused != null && command.startsWith(refused)) {
      return "Permission denied\n";
    }
    if (!command.startsWith("show")) {
      writes.add(name + " " + command);
    }
    String[] words = command.split(" ", -1);
    return switch (words[0] + " " + words[1]) {
      case "show info" ->
          "Name: HAProxy\nPid: %d\nUptime_sec: %d\n"
              .formatted(pid, Duration.between(startedAt, clock.get()).toSeconds());
      case "show servers" ->
          words[2].equals("state") ? state(isOfMore(words, 3)) : connections(isOfMore(words, 3));
      case "show stat" -> stat(isOfMore(words, 2));
      case "show map" ->
          words.length > 2 ? map() : "# id (file) description\n1 (" + MAP + ") a map\n";
      case "show cli" -> level;
      case "show sess" -> words.length > 2 ? detail(words[2]) : list();
      case "set server" -> set(words);
      case "add map" -> addToMap(words[3]);
      case "del map" -> leaving.remove(words[3]) ? "" : "Key not found.";
      case "shutdown session" -> shut(words[2]);
      case "shutdown sessions" -> shutAll(words[3].substring(POOL.length() + 1));
      default -> throw new AssertionError("not known here: " + command);
    };
  }

  private static boolean isOfMore(String[] words, int at) {
    return words.length > at && words[at].equals(MORE);
  }

  private String set(String[] words) {
    Line line = line(words[2].substring(POOL.length() + 1));
    if (words[3].equals("weight")) {
      line.weight = Integer.parseInt(words[4]);
    } else {
      line.state = AdminState.valueOf(words[4].toUpperCase(Locale.ROOT));
    }
    return "";
  }

  private String addToMap(String cookie) {
    leaving.add(cookie);
    return "";
  }

  private String shut(String id) {
    return clings || sessions.remove(id) != null ? "" : "No such session (use 'show sess').";
  }

  private String shutAll(String server) {
    if (!clings) {
      sessions.values().removeIf(session -> session.server().equals(server));
    }
    return "";
  }

  private String map() {
    StringBuilder text = new StringBuilder();
    leaving.forEach(cookie -> text.append("0x1 ").append(cookie).append(" 1\n"));
    return text.toString();
  }

  private String list() {
    StringBuilder text = new StringBuilder();
    sessions.forEach((id, session) ->
        text.append(id)
            .append(": proto=tcpv4 fe=www be=" + POOL + " srv=")
            .append(session.server())
            .append(session.tunnel() ? " rq[an=00h]\n" : " rq[an=8000h]\n"));
    return text.toString();
  }

  private String detail(String id) {
    Session session = sessions.get(id);
    if (session == null) {
      return "";
    }
    String state = session.tunnel() ? "MSG_TUNNEL" : "MSG_DONE";
    return id + ": [a moment ago] id=1\n  req.st=" + state + " rsp.st=" + state + "\n";
  }

  private String state(boolean ofMore) {
    StringBuilder text =
        new StringBuilder(
            "1\n# be_id be_name srv_name srv_addr srv_admin_state srv_uweight srv_iweight"
                + " srv_check_state srv_agent_state srv_port\n");
    (ofMore ? more : lines)
        .forEach((server, line) -> {
          if (line.agentState == AGENT_ON && line.agentWeight >= 0) {
            line.weight = line.agentWeight;
          }
          int bits =
              switch (line.state) {
                case READY -> 0;
                case DRAIN -> 8;
                case MAINT -> 1;
              };
          text.append(
              "3 %s %s 10.0.0.1 %d %d %d 6 %d 80\n"
                  .formatted(
                      ofMore ? MORE : POOL,
                      server,
                      bits,
                      line.weight,
                      INITIAL_WEIGHT,
                      line.agentState));
        });
    return text.toString();
  }

  private String connections(boolean ofMore) {
    StringBuilder text = new StringBuilder("# bkname/svname used_cur\n");
    lines
        .keySet()
        .forEach(server ->
            text.append(
                "%s/%s %d\n"
                    .formatted(ofMore ? MORE : POOL, server, ofMore ? 0 : sessions(server))));
    return text.toString();
  }

  private String stat(boolean ofMore) {
    StringBuilder text =
        new StringBuilder(
            "# pxname,svname,scur,stot,lbtot,status,type,bck,hrsp_2xx,algo,cookie,throttle\n");
    (ofMore ? more : lines)
        .forEach((server, line) ->
            text.append(
                "%s,%s,%d,%d,%d,%s,2,%d,%d,,%s,%s\n"
                    .formatted(
                        ofMore ? MORE : POOL,
                        server,
                        ofMore ? 0 : sessions(server),
                        line.answers,
                        line.chosen,
                        line.status(),
                        !ofMore && server.equals(backup) ? 1 : 0,
                        line.answers,
                        ofMore || cookieName.isEmpty() ? "" : line.cookie,
                        line.rampPercent < 100 ? line.rampPercent : "")));
    return ofMore
        ? text.append(MORE + ",BACKEND,0,0,0,UP,1,0,0,roundrobin,,\n").toString()
        : text.append(POOL + ",BACKEND,0,0,0,UP,1,0,0," + algorithm + "," + cookieName + ",\n")
            .toString();
  }
}
