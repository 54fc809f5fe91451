package dev.serin.haproxy.traffic;

import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.haproxy.runtime.NotDone;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Commands about the load balancers that answer just now: those that a command may do without are
/// asked first, and one that has come back a moment ago is in again. Where nobody answers, the
/// command stays as it is, and fails by its own words.
final class Present {
  private final Fleet fleet;

  Present(Fleet fleet) {
    this.fleet = fleet;
  }

  DrainServer of(DrainServer drain) {
    List<String> present = present(drain.loadBalancers(), drain.mayBeSilent(), drain.pools());
    return new DrainServer(
        drain.head(),
        drain.pools(),
        present,
        drain.server(),
        drain.peers(),
        drain.minAvailable(),
        drain.within(),
        drain.tunnels(),
        drain.onTimeout(),
        drain.purpose(),
        drain.waitForPeers(),
        on(present, drain.restore()),
        List.of());
  }

  ReadyServer of(ReadyServer ready) {
    return new ReadyServer(
        ready.head(),
        present(ready.settings(), ready.mayBeSilent()),
        ready.within(),
        List.of(),
        ready.ramp(),
        ready.weighed());
  }

  WeighServers of(WeighServers weigh) {
    return new WeighServers(
        weigh.head(),
        weigh.servers(),
        present(weigh.settings(), weigh.mayBeSilent()),
        List.of(),
        weigh.ramp());
  }

  CheckServing of(CheckServing check) {
    return new CheckServing(
        check.head(),
        check.pools(),
        present(check.loadBalancers(), check.mayBeSilent(), check.pools()),
        check.server(),
        check.path(),
        check.host(),
        check.ca(),
        check.within(),
        List.of());
  }

  private List<ServerSetting> present(List<ServerSetting> settings, List<String> mayBeSilent) {
    return on(
        present(
            settings.stream().map(ServerSetting::loadBalancer).distinct().toList(),
            mayBeSilent,
            settings.stream().map(ServerSetting::pool).distinct().toList()),
        settings);
  }

  private static List<ServerSetting> on(List<String> balancers, List<ServerSetting> settings) {
    return settings.stream().filter(it -> balancers.contains(it.loadBalancer())).toList();
  }

  private List<String> present(
      List<String> named, List<String> mayBeSilent, Collection<String> pools) {
    Set<String> silent = new TreeSet<>();
    for (String name : mayBeSilent) {
      if (named.contains(name) && isSilent(name, pools)) {
        silent.add(name);
      }
    }
    List<String> present = named.stream().filter(name -> !silent.contains(name)).toList();
    return present.isEmpty() ? named : present;
  }

  private boolean isSilent(String name, Collection<String> pools) {
    try {
      fleet.runtime(name).look(pools);
      return false;
    } catch (NotDone notDone) {
      return notDone.unreachable();
    }
  }
}
