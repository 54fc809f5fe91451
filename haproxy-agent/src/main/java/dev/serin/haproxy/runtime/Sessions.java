package dev.serin.haproxy.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads `show sess` and `show sess <id>`.
final class Sessions {
  private static final Pattern LINE =
      Pattern.compile("^(0x[0-9a-f]+): .*\\bbe=(\\S+) srv=(\\S+) ", Pattern.MULTILINE);

  /// The analysers that are still at work on the request and on the response.
  private static final Pattern ANALYSERS = Pattern.compile("\\ban=([0-9a-f]+)h");

  private static final Pattern HEAD = Pattern.compile("^(0x[0-9a-f]+): ", Pattern.MULTILINE);

  private static final Pattern TUNNEL =
      Pattern.compile("\\breq\\.st=MSG_TUNNEL rsp\\.st=MSG_TUNNEL\\b");

  private Sessions() {}

  /// One session on a server.
  ///
  /// @param id HAProxy's name for it, good only while it lasts
  /// @param mayBeTunnel whether no analyser is left on it: so it is with tunnels, but with sessions
  ///   of TCP pools too; only [#tunnels] knows
  record Session(String id, boolean mayBeTunnel) {}

  /// The sessions on one server out of `show sess`. A line that is no session's is no empty server.
  static List<Session> on(String pool, String server, String answer) throws Garbled {
    List<Session> sessions = new ArrayList<>();
    for (String line : answer.lines().toList()) {
      if (!line.isBlank() && !HEAD.matcher(line).find()) {
        throw new Garbled(line);
      }
      Matcher found = LINE.matcher(line);
      if (found.find() && found.group(2).equals(pool) && found.group(3).equals(server)) {
        sessions.add(new Session(found.group(1), noAnalyser(line)));
      }
    }
    return sessions;
  }

  private static boolean noAnalyser(String line) {
    Matcher analysers = ANALYSERS.matcher(line);
    while (analysers.find()) {
      if (!analysers.group(1).matches("0+")) {
        return false;
      }
    }
    return true;
  }

  /// The sessions that are tunnels (WebSockets and other upgrades, CONNECT) out of several `show
  /// sess <id>`: request and response are both in the state `MSG_TUNNEL`.
  static List<String> tunnels(String answer) {
    List<String> tunnels = new ArrayList<>();
    Matcher head = HEAD.matcher(answer);
    List<Integer> starts = new ArrayList<>();
    while (head.find()) {
      starts.add(head.start());
    }
    for (int i = 0; i < starts.size(); i++) {
      int end = i + 1 < starts.size() ? starts.get(i + 1) : answer.length();
      String one = answer.substring(starts.get(i), end);
      if (TUNNEL.matcher(one).find()) {
        tunnels.add(one.substring(0, one.indexOf(':')));
      }
    }
    return tunnels;
  }
}
