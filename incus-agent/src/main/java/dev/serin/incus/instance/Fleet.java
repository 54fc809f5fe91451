package dev.serin.incus.instance;

import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.incus.IncusCommand.InstanceRef;
import dev.serin.incus.rest.IncusServer;
import dev.serin.incus.rest.Instance;
import dev.serin.incus.rest.Refused;
import dev.serin.incus.rest.Unreachable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All instances that the agent's servers have, as they were when asked.
///
/// @param hosts each server that answered, with its instances by name
/// @param silent each server that didn't, with the reason
/// @param owners which instance has which address
record Fleet(
    Map<String, Map<String, Instance>> hosts,
    Map<String, String> silent,
    Map<String, String> owners) {
  /// An event has to stay small.
  private static final int MOST_OWNERS = 1_000;

  sealed interface Found {}

  record Seen(Instance instance) implements Found {}

  record Unseen(String why) implements Found {}

  /// What is told of a look.
  ///
  /// @param gone the servers that the command needs and that gave no answer, as often as that was
  record Told(List<String> problems, List<String> warnings, List<Unreachable> gone) {
    Told() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  /// Asks every server. One that the command needs and that does not answer is a problem, another
  /// one a warning.
  static Fleet ask(Turn turn, Servers servers, Collection<InstanceRef> wanted, Told told)
      throws Turn.Preempted {
    Map<String, Map<String, Instance>> hosts = new LinkedHashMap<>();
    Map<String, String> silent = new HashMap<>();
    List<String> needed = wanted.stream().map(InstanceRef::host).distinct().toList();
    for (String host : needed) {
      if (!servers.knows(host)) {
        told.problems().add(servers.unknown(host));
        silent.put(host, servers.unknown(host));
      }
    }
    for (IncusServer server : servers.all()) {
      turn.check();
      String why;
      try {
        Map<String, Instance> instances = new LinkedHashMap<>();
        server.instances().forEach(instance -> instances.put(instance.name(), instance));
        hosts.put(server.name(), instances);
        continue;
      } catch (Unreachable gone) {
        why = gone.isDistrusting() ? gone.found() + "; " + gone.advice() : gone.found();
        if (needed.contains(server.name())) {
          told.gone().add(gone);
        }
      } catch (Refused refused) {
        why = refused.error();
      }
      String words = "server " + server.name() + ": expected its instances, found " + why;
      (needed.contains(server.name()) ? told.problems() : told.warnings()).add(words);
      silent.put(server.name(), words);
    }
    return new Fleet(hosts, silent, owners(hosts, wanted));
  }

  /// The wanted instances' addresses come first: they must not fall to a namesake elsewhere, or to
  /// the limit.
  private static Map<String, String> owners(
      Map<String, Map<String, Instance>> hosts, Collection<InstanceRef> wanted) {
    Map<String, String> owners = new LinkedHashMap<>();
    for (InstanceRef ref : wanted) {
      Instance instance = hosts.getOrDefault(ref.host(), Map.of()).get(ref.instance());
      if (instance != null) {
        instance.addresses().forEach(address -> owners.putIfAbsent(address, instance.name()));
      }
    }
    for (Map<String, Instance> instances : hosts.values()) {
      for (Instance instance : instances.values()) {
        for (String address : instance.addresses()) {
          if (owners.size() < MOST_OWNERS) {
            owners.putIfAbsent(address, instance.name());
          }
        }
      }
    }
    return owners;
  }

  Found find(InstanceRef ref) {
    String silence = silent.get(ref.host());
    if (silence != null) {
      return new Unseen(silence);
    }
    Instance instance = hosts.getOrDefault(ref.host(), Map.of()).get(ref.instance());
    return instance == null
        ? new Unseen(
            "instance "
                + ref.instance()
                + ": expected it on "
                + ref.host()
                + ", found none; see "
                + "incus list")
        : new Seen(instance);
  }
}
