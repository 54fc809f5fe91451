package dev.serin.haproxy.runtime;

import dev.serin.contracts.Check;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One HAProxy, by what can be asked of it and told it. Every name is checked before it enters a
/// command: whatever held a `;`, a space or a newline would be a command of its own.
public final class LoadBalancer {
  /// What can stand in a command besides names: a cookie's value, a map's file.
  private static final Pattern WORD = Pattern.compile("[^\\s;\\\\<>\\p{Cntrl}]+");

  /// Ends the talk with a master, which would wait for more where a stats socket closes.
  private static final String QUIT = ";quit";

  private final String name;
  private final RuntimeWire runtime;
  private final @Nullable RuntimeWire master;
  private final @Nullable String leavingMap;

  /// @param runtime a stats socket at level admin
  /// @param master the master process's socket; none where there is none or it is out of reach
  /// @param leavingMap the file of the map that takes cookies off the requests to leaving servers,
  ///   as HAProxy's configuration writes it; none where the pools have none
  public LoadBalancer(
      String name, RuntimeWire runtime, @Nullable RuntimeWire master, @Nullable String leavingMap) {
    this.name = Check.name("load balancer", name);
    this.runtime = new WholeAnswers(runtime);
    this.master = master == null ? null : new WholeAnswers(master);
    if (leavingMap != null && !isWord(leavingMap)) {
      throw new IllegalArgumentException(
          "leaving-map: expected a file's path without spaces, ';' or '\\', was '"
              + Check.printable(leavingMap)
              + "'");
    }
    this.leavingMap = leavingMap;
  }

  public static boolean isWord(String text) {
    return WORD.matcher(text).matches();
  }

  public String name() {
    return name;
  }

  public @Nullable String leavingMap() {
    return leavingMap;
  }

  public boolean hasMaster() {
    return master != null;
  }

  /// The process that serves now.
  public Worker current() {
    return new Worker(name, name, false, commands -> ask(runtime, String.join(";", commands)));
  }

  /// The pools named, as the process that serves now has them. One that it does not have is missing
  /// from the answer.
  public Snapshot look(Collection<String> pools) throws NotDone {
    pools.forEach(pool -> Check.name("pool", pool));
    return current().look(pools);
  }

  public Snapshot lookAtAll() throws NotDone {
    return current().lookAtAll();
  }

  /// What the agent may do: `admin`, `operator` or `user`.
  public String level() throws NotDone {
    return ask(runtime, "show cli level").strip();
  }

  /// The workers that a reload left behind; none where nobody can be asked.
  public Optional<List<Worker>> oldWorkers() {
    RuntimeWire reachable = master;
    if (reachable == null
        || !(reachable.execute("show proc" + QUIT) instanceof RuntimeWire.Answered(String text))) {
      return Optional.empty();
    }
    return OldWorkers.read(text)
        .map(pids -> pids.stream().map(pid -> oldWorker(reachable, pid)).toList());
  }

  private Worker oldWorker(RuntimeWire reachable, long pid) {
    return new Worker(
        name,
        name + "'s old worker " + pid,
        true,
        commands -> {
          List<String> prefixed = new ArrayList<>();
          commands.forEach(command -> prefixed.add("@!" + pid + " " + command));
          return ask(reachable, String.join(";", prefixed) + QUIT);
        });
  }

  public void setState(Permit permit, String pool, String server, AdminState state)
      throws NotDone, Turn.Preempted {
    tell(
        permit,
        "set server " + line(pool, server) + " state " + state.name().toLowerCase(Locale.ROOT));
  }

  /// Gives the server a weight, if it has another one. Pools with a static algorithm take only none
  /// or all of the configured weight, in per cent.
  public void setWeight(Permit permit, ServerView now, int weight) throws NotDone, Turn.Preempted {
    if (now.weight() == weight) {
      return;
    }
    String command = "set server " + line(now.pool(), now.server()) + " weight ";
    String answer = write(permit, command + weight);
    if (answer.contains("static LB algorithm") && (weight == 0 || weight == now.initialWeight())) {
      tell(permit, command + (weight == 0 ? "0%" : "100%"));
    } else if (!answer.isEmpty()) {
      throw Failures.said(name, command + weight, answer);
    }
  }

  /// The cookie values on the leaving map; none where HAProxy has no such map.
  public Optional<Set<String>> leaving() throws NotDone {
    return leavingMap == null
        ? Optional.of(Set.of())
        : read("show map " + leavingMap, MapEntries::keys);
  }

  /// The files of all the maps that HAProxy has.
  public Set<String> maps() throws NotDone {
    return read("show map", MapEntries::files);
  }

  /// Puts the server's cookie on the leaving map, where there is one and it is not there yet:
  /// HAProxy would take a second entry.
  public void addLeaving(Permit permit, @Nullable String cookie) throws NotDone, Turn.Preempted {
    if (leavingMap == null || cookie == null) {
      return;
    }
    Set<String> leaving = leaving().orElseThrow(this::noSuchMap);
    if (!leaving.contains(cookie)) {
      tell(permit, "add map " + leavingMap + " " + word(cookie) + " 1");
    }
  }

  /// Takes the server's cookie off the leaving map; all entries of it go at once.
  public void removeLeaving(Permit permit, @Nullable String cookie) throws NotDone, Turn.Preempted {
    if (leavingMap == null || cookie == null) {
      return;
    }
    String command = "del map " + leavingMap + " " + word(cookie);
    String answer = write(permit, command);
    if (answer.startsWith("Unknown map")) {
      throw noSuchMap();
    }
    if (!answer.isEmpty() && !answer.startsWith("Key not found")) {
      throw Failures.said(name, command, answer);
    }
  }

  private NotDone noSuchMap() {
    return Failures.said(name, "show map " + leavingMap, "no such map in HAProxy");
  }

  private String word(String text) throws NotDone {
    if (!isWord(text)) {
      throw Failures.said(name, "a cookie value", "a value that no command can carry");
    }
    return text;
  }

  private static String line(String pool, String server) {
    return Check.name("pool", pool) + "/" + Check.name("server", server);
  }

  /// Success is a blank answer.
  private void tell(Permit permit, String command) throws NotDone, Turn.Preempted {
    String answer = write(permit, command);
    if (!answer.isEmpty()) {
      throw Failures.said(name, command, answer);
    }
  }

  private String write(Permit permit, String command) throws NotDone, Turn.Preempted {
    permit.check();
    return ask(runtime, command).strip();
  }

  /// Reads one kind of answer.
  private interface Reader<T> {
    T read(String answer) throws Garbled;
  }

  private <T> T read(String command, Reader<T> reader) throws NotDone {
    String answer = ask(runtime, command);
    try {
      return reader.read(answer);
    } catch (Garbled garbled) {
      throw Failures.unread(name, command, answer);
    }
  }

  private String ask(RuntimeWire wire, String line) throws NotDone {
    return switch (wire.execute(line)) {
      case RuntimeWire.Answered(String text) -> text;
      case RuntimeWire.Unanswered(String what) -> throw Failures.unreachable(name, what);
    };
  }
}
