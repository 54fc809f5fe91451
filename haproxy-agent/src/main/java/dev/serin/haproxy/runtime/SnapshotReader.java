package dev.serin.haproxy.runtime;

import dev.serin.contracts.Check;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the answer to `show info`, `show servers state`, `show servers conn` and `show stat`,
/// asked in any order over one connection (Management Guide, "Unix Socket commands"). Each block is
/// known by its first line. Where one of them is missing, or says of a pool's servers what another
/// does not, nothing is believed: a pool or a server that is not there is one that all of them do
/// not have.
final class SnapshotReader {
  /// HAProxy's words for a server's state in `show stat`, with what may follow them.
  private static final Pattern STATUS =
      Pattern.compile("(UP|DOWN|NOLB|DRAIN|MAINT)( .+)?|no check");

  /// `Can't find backend.`, `No such proxy.`: one line that begins no table.
  private static final Pattern MESSAGE = Pattern.compile("[A-Z].*");

  /// How many tables are asked for each pool.
  private static final int TABLES = 3;

  private final Tables stat = new Tables();
  private final Tables state = new Tables();
  private final Tables connections = new Tables();
  private final Map<String, String> info = new HashMap<>();
  private int messages;

  private SnapshotReader() {}

  /// Asked for several pools, the header comes again with each.
  private static final class Tables {
    private @Nullable Table all;
    private int count;

    Table begun(Table table) {
      count++;
      if (all == null) {
        all = table;
      }
      return all;
    }

    List<Table.Row> rows() {
      return all == null ? List.of() : all.rows();
    }
  }

  /// The snapshot.
  ///
  /// @param pools those that were asked for, one by one; none where all were asked for at once
  static Snapshot read(@Nullable Set<String> pools, String answer) throws Garbled {
    SnapshotReader reader = new SnapshotReader();
    List<String> block = new ArrayList<>();
    for (String line : answer.lines().toList()) {
      if (!line.isEmpty()) {
        block.add(line);
      } else if (!block.isEmpty()) {
        reader.block(block);
        block = new ArrayList<>();
      }
    }
    if (!block.isEmpty()) {
      throw new Garbled(Check.printable(block.getLast()));
    }
    reader.checkBlocks(pools);
    return reader.snapshot();
  }

  private void block(List<String> lines) throws Garbled {
    String first = lines.getFirst();
    if (first.startsWith("Name: ")) {
      lines.forEach(this::info);
    } else if (first.startsWith("# pxname,")) {
      Table table = stat.begun(Table.commas(first));
      for (String line : lines.subList(1, lines.size())) {
        table.addCommas(line);
      }
    } else if (first.startsWith("# bkname/svname ")) {
      spaced(connections, lines);
    } else if (lines.size() > 1 && lines.get(1).startsWith("# be_id ")) {
      // The first line is the version of what follows.
      spaced(state, lines.subList(1, lines.size()));
    } else if (lines.size() == 1 && MESSAGE.matcher(first).matches() && Legible.is(first)) {
      messages++;
    } else {
      throw new Garbled(Check.printable(first));
    }
  }

  private static void spaced(Tables tables, List<String> lines) throws Garbled {
    Table table = tables.begun(Table.spaces(lines.getFirst()));
    for (String line : lines.subList(1, lines.size())) {
      table.addSpaces(line);
    }
  }

  private void info(String line) {
    int colon = line.indexOf(": ");
    if (colon > 0) {
      info.putIfAbsent(line.substring(0, colon), line.substring(colon + 2).strip());
    }
  }

  private void checkBlocks(@Nullable Set<String> pools) throws Garbled {
    boolean complete =
        pools == null
            ? stat.count == 1 && state.count == 1 && connections.count == 1
            : stat.count + state.count + connections.count + messages == TABLES * pools.size();
    if (!complete) {
      throw new Garbled(
          "%d tables 'stat', %d 'servers state', %d 'servers conn'"
              .formatted(stat.count, state.count, connections.count));
    }
  }

  private Snapshot snapshot() throws Garbled {
    ProcessSeen process = process();
    Map<String, Table.Row> states = new HashMap<>();
    for (Table.Row row : state.rows()) {
      states.put(row.text("be_name") + "/" + row.text("srv_name"), row);
    }
    Map<String, Integer> busy = new HashMap<>();
    for (Table.Row row : connections.rows()) {
      busy.put(String.valueOf(row.text("bkname/svname")), (int) row.number("used_cur"));
    }
    Map<String, PoolView> pools = new LinkedHashMap<>();
    Map<String, Map<String, ServerView>> servers = new LinkedHashMap<>();
    for (Table.Row row : stat.rows()) {
      String pool = String.valueOf(row.text("pxname"));
      String name = String.valueOf(row.text("svname"));
      if (name.equals("BACKEND")) {
        pools.put(
            pool,
            new PoolView(
                pool,
                row.text("algo"),
                row.text("cookie"),
                row.number("stot"),
                Collections.unmodifiableMap(servers.getOrDefault(pool, Map.of()))));
      } else if (!name.equals("FRONTEND") && row.number("type") == 2) {
        String line = pool + "/" + name;
        Table.Row stateRow = states.remove(line);
        Integer used = busy.remove(line);
        if (stateRow == null || used == null) {
          throw new Garbled("half of the server " + line);
        }
        servers
            .computeIfAbsent(pool, key -> new LinkedHashMap<>())
            .put(name, server(row, stateRow, used));
      }
    }
    if (!pools.keySet().containsAll(servers.keySet())) {
      throw new Garbled("servers without their backend, among " + servers.keySet());
    }
    checkNoneIsLeft(pools.keySet(), states.keySet());
    checkNoneIsLeft(pools.keySet(), busy.keySet());
    return new Snapshot(process, Collections.unmodifiableMap(pools));
  }

  /// A server of a pool that `show stat` has is there too.
  private static void checkNoneIsLeft(Set<String> pools, Set<String> lines) throws Garbled {
    for (String line : lines) {
      if (pools.contains(line.substring(0, line.indexOf('/')))) {
        throw new Garbled("half of the server " + line);
      }
    }
  }

  private ProcessSeen process() throws Garbled {
    try {
      return new ProcessSeen(
          Long.parseLong(info.getOrDefault("Pid", "")),
          Long.parseLong(info.getOrDefault("Uptime_sec", "")));
    } catch (NumberFormatException missing) {
      throw new Garbled("no pid and no uptime of HAProxy's");
    }
  }

  /// @param used `used_cur`: connections in use, a health check that is under way among them
  private static ServerView server(Table.Row stat, Table.Row state, int used) throws Garbled {
    String host = state.text("srv_addr");
    String port = state.text("srv_port");
    String address = stat.text("addr");
    if (address == null && host != null && port != null && !host.equals("-")) {
      address = host + ":" + port;
    }
    return new ServerView(
        String.valueOf(stat.text("pxname")),
        String.valueOf(stat.text("svname")),
        status(stat),
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
        AgentCheck.of(state.number("srv_agent_state")),
        // Said only while a slow start lasts (Management Guide, "throttle").
        stat.text("throttle") == null ? 100 : (int) stat.number("throttle"));
  }

  private static String status(Table.Row stat) throws Garbled {
    String status = String.valueOf(stat.text("status"));
    if (!STATUS.matcher(status).matches()) {
      throw new Garbled("status " + Check.printable(status));
    }
    return status;
  }

  /// Whether checks are configured (`CHK_ST_CONFIGURED`, bit 1 of the check's state) and not
  /// enabled (`CHK_ST_ENABLED`, bit 2).
  private static boolean isSwitchedOff(Table.Row state) throws Garbled {
    return (state.number("srv_check_state") & 0b110) == 0b010;
  }

  /// 1 while a check is in progress (`CHK_ST_INPROGRESS`, bit 0 of the check's state).
  private static int underWay(Table.Row state, String column) throws Garbled {
    return (int) (state.number(column) & 1);
  }
}
