package dev.serin.simulation.world;

import java.util.Map;
import java.util.function.ToIntFunction;

/// HAProxy's tables, with the columns that Serin reads and a few beside them.
final class Tables {
  private Tables() {}

  static String stat(
      Map<String, VirtualServer> servers, boolean sticky, ToIntFunction<VirtualServer> busy) {
    StringBuilder table =
        new StringBuilder(
            "# pxname,svname,qcur,scur,stot,status,weight,act,bck,type,hrsp_1xx,hrsp_2xx,"
                + "hrsp_3xx,hrsp_4xx,hrsp_5xx,addr,cookie,algo,\n");
    for (VirtualServer server : servers.values()) {
      table
          .append(VirtualHaproxy.POOL)
          .append(',')
          .append(server.name())
          .append(",0,")
          .append(busy.applyAsInt(server))
          .append(',')
          .append(server.sessionsTotal())
          .append(',')
          .append(server.status())
          .append(',')
          .append(server.weight())
          .append(",1,0,2,0,")
          .append(server.answers())
          .append(",0,0,0,")
          .append(server.instance().address())
          .append(',')
          .append(sticky ? server.name() : "")
          .append(",,\n");
    }
    return table
        .append(VirtualHaproxy.POOL + ",BACKEND,0,0,0,UP,0,0,0,1,0,0,0,0,0,,")
        .append(sticky ? VirtualHaproxy.COOKIE : "")
        .append(",roundrobin,\n")
        .toString();
  }

  static String state(Map<String, VirtualServer> servers) {
    StringBuilder table =
        new StringBuilder(
            "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight"
                + " srv_iweight srv_check_state srv_agent_state srv_port\n");
    int number = 1;
    for (VirtualServer server : servers.values()) {
      String address = server.instance().address();
      table
          .append("3 " + VirtualHaproxy.POOL + " ")
          .append(number++)
          .append(' ')
          .append(server.name())
          .append(' ')
          .append(address, 0, address.indexOf(':'))
          .append(server.isUp() ? " 2 " : " 0 ")
          .append(server.adminBits())
          .append(' ')
          .append(server.weight())
          .append(' ')
          .append(server.initialWeight())
          .append(" 6 0 ")
          .append(address, address.indexOf(':') + 1, address.length())
          .append('\n');
    }
    return table.toString();
  }

  static String connections(Map<String, VirtualServer> servers, ToIntFunction<VirtualServer> busy) {
    StringBuilder table =
        new StringBuilder("# bkname/svname bkid/svid addr port - purge_delay used_cur used_max\n");
    for (VirtualServer server : servers.values()) {
      table
          .append(VirtualHaproxy.POOL + "/")
          .append(server.name())
          .append(" 3/1 127.0.0.1 8080 - 5000 ")
          .append(busy.applyAsInt(server))
          .append(" 9\n");
    }
    return table.toString();
  }
}
