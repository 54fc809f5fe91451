package dev.serin.haproxy.runtime;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the answer to `show info`, `show servers state`, `show servers conn` and `show stat`,
/// asked in any order over one connection (Management Guide, "Unix Socket commands"). Each block is
/// known by its first line, so an error message between them does not shift the others.
final class SnapshotReader {
  private @Nullable Table stat;
  private @Nullable Table state;
  private @Nullable Table connections;
  private final Map<String, String> info = new HashMap<>();

  private SnapshotReader() {}

  /// The snapshot; none when the answer is no HAProxy's, or a part of it is missing.
  static Optional<Snapshot> read(String answer) {
    SnapshotReader reader = new SnapshotReader();
    reader.blocks(answer);
    return reader.snapshot();
  }

  private enum Block {
    NONE,
    INFO,
    STAT,
    STATE,
    CONNECTIONS
  }

  private void blocks(String answer) {
    Block block = Block.NONE;
    for (String line : answer.lines().toList()) {
      if (line.isBlank()) {
        block = Block.NONE;
      } else if (line.startsWith("# pxname,")) {
        block = Block.STAT;
        // Asked for several pools, the header comes again with each.
        stat = stat == null ? Table.commas(line) : stat;
      } else if (line.startsWith("# be_id ")) {
        block = Block.STATE;
        state = state == null ? Table.spaces(line) : state;
      } else if (line.startsWith("# bkname/svname ")) {
        block = Block.CONNECTIONS;
        connections = connections == null ? Table.spaces(line) : connections;
      } else if (line.startsWith("Name: ")) {
        block = Block.INFO;
      } else {
        row(block, line);
      }
    }
  }

  private void row(Block block, String line) {
    switch (block) {
      case STAT -> {
        if (stat != null) {
          stat.addCommas(line);
        }
      }
      case STATE -> {
        if (state != null) {
          state.addSpaces(line);
        }
      }
      case CONNECTIONS -> {
        if (connections != null) {
          connections.addSpaces(line);
        }
      }
      case INFO -> {
        int colon = line.indexOf(": ");
        if (colon > 0) {
          info.putIfAbsent(line.substring(0, colon), line.substring(colon + 2).strip());
        }
      }
      case NONE -> {}
    }
  }

  private Optional<Snapshot> snapshot() {
    Optional<ProcessSeen> process = process();
    if (process.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Table.Row> states = new HashMap<>();
    for (Table.Row row : rows(state)) {
      states.put(row.text("be_name") + "/" + row.text("srv_name"), row);
    }
    Map<String, Integer> busy = new HashMap<>();
    for (Table.Row row : rows(connections)) {
      busy.put(String.valueOf(row.text("bkname/svname")), (int) row.number("used_cur"));
    }
    Map<String, PoolView> pools = new LinkedHashMap<>();
    Map<String, Map<String, ServerView>> servers = new LinkedHashMap<>();
    for (Table.Row row : rows(stat)) {
      String pool = String.valueOf(row.text("pxname"));
      String name = String.valueOf(row.text("svname"));
      if (name.equals("BACKEND")) {
        pools.put(
            pool,
            new PoolView(
                pool,
                row.text("algo"),
                row.text("cookie"),
                Collections.unmodifiableMap(servers.getOrDefault(pool, Map.of()))));
      } else if (!name.equals("FRONTEND") && row.number("type") == 2) {
        Table.Row stateRow = states.get(pool + "/" + name);
        if (stateRow != null) {
          servers
              .computeIfAbsent(pool, key -> new LinkedHashMap<>())
              .put(name, server(row, stateRow, busy.getOrDefault(pool + "/" + name, 0)));
        }
      }
    }
    return Optional.of(new Snapshot(process.get(), Collections.unmodifiableMap(pools)));
  }

  private Optional<ProcessSeen> process() {
    try {
      return Optional.of(
          new ProcessSeen(
              Long.parseLong(info.getOrDefault("Pid", "")),
              Long.parseLong(info.getOrDefault("Uptime_sec", ""))));
    } catch (NumberFormatException missing) {
      return Optional.empty();
    }
  }

  private static List<Table.Row> rows(@Nullable Table table) {
    return table == null ? List.of() : table.rows();
  }

  /// @param used `used_cur`: connections in use, a health check that is under way among them
  private static ServerView server(Table.Row stat, Table.Row state, int used) {
    String host = state.text("srv_addr");
    String port = state.text("srv_port");
    String status = stat.text("status");
    String address = stat.text("addr");
    if (address == null && host != null && port != null && !host.equals("-")) {
      address = host + ":" + port;
    }
    return new ServerView(
        String.valueOf(stat.text("pxname")),
        String.valueOf(stat.text("svname")),
        status == null ? "" : status,
        (int) state.number("srv_admin_state"),
        (int) state.number("srv_uweight"),
        (int) state.number("srv_iweight"),
        address,
        stat.text("cookie"),
        (int) stat.number("scur"),
        (int) stat.number("qcur"),
        Math.max(0, used - underWay(state, "srv_check_state") - underWay(state, "srv_agent_state")),
        stat.number("stot"),
        stat.number("lbtot"),
        stat.number("hrsp_1xx") + stat.number("hrsp_2xx") + stat.number("hrsp_3xx"),
        stat.number("hrsp_4xx"),
        stat.number("bck") == 1,
        isSwitchedOff(state),
        // Said only while a slow start lasts (Management Guide, "throttle").
        stat.text("throttle") == null ? 100 : (int) stat.number("throttle"));
  }

  /// Whether checks are configured (`CHK_ST_CONFIGURED`, bit 1 of the check's state) and not
  /// enabled (`CHK_ST_ENABLED`, bit 2).
  private static boolean isSwitchedOff(Table.Row state) {
    return (state.number("srv_check_state") & 0b110) == 0b010;
  }

  /// 1 while a check is in progress (`CHK_ST_INPROGRESS`, bit 0 of the check's state).
  private static int underWay(Table.Row state, String column) {
    return (int) (state.number(column) & 1);
  }
}
