package dev.serin.haproxy.lab;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.OnTimeout;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.Purpose;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.frontdoor.SocketFrontDoor;
import dev.serin.haproxy.guard.Guards;
import dev.serin.haproxy.traffic.Fleet;
import dev.serin.haproxy.traffic.HaproxyCommands;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The commands that the tests give.
public final class Orders {
  private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();

  private Orders() {}

  public static CommandHead head() {
    return new CommandHead("c-1", "r-1", "backend-api", "node-1", 1, Instant.EPOCH);
  }

  public static HaproxyEvent obey(Fleet fleet, HaproxyCommand command) {
    return start(fleet, command, new RealTurn()).join();
  }

  public static CompletableFuture<HaproxyEvent> start(Fleet fleet, HaproxyCommand command) {
    return start(fleet, command, new RealTurn());
  }

  public static CompletableFuture<HaproxyEvent> start(
      Fleet fleet, HaproxyCommand command, RealTurn turn) {
    CompletableFuture<HaproxyEvent> answer = new CompletableFuture<>();
    HaproxyCommands handler =
        new HaproxyCommands(
            fleet,
            new SocketFrontDoor(Duration.ofSeconds(5)),
            new Guards(fleet, new HandAlarms(Instant.EPOCH)));
    THREADS.execute(() -> {
      try {
        handler.handle(command, turn, answer::complete);
      } catch (dev.serin.contracts.agent.Turn.Preempted preempted) {
        answer.cancel(false);
      } catch (RuntimeException | Error bug) {
        answer.completeExceptionally(bug);
      }
    });
    return answer;
  }

  public static ServerSetting setting(
      String loadBalancer, String pool, int weight, AdminState state) {
    return new ServerSetting(loadBalancer, pool, "b1", weight, state);
  }

  /// A drain of `b1`; b2 and b3 are its peers.
  public static Drain drain(String... loadBalancers) {
    return new Drain(List.of(loadBalancers));
  }

  /// A drain as a test words it.
  public static final class Drain {
    private final List<String> loadBalancers;
    private List<String> pools = List.of("api_pool");
    private List<PoolServer> peers =
        List.of(new PoolServer("node-2", "b2"), new PoolServer("node-3", "b3"));
    private int minAvailable = 1;
    private Duration within = Duration.ofSeconds(60);
    private Duration tunnels = Duration.ofSeconds(60);
    private Duration waitForPeers = Duration.ofSeconds(60);
    private OnTimeout onTimeout = OnTimeout.FAIL;
    private Purpose purpose = Purpose.FORWARD;
    private List<String> mayBeSilent = List.of();

    private Drain(List<String> loadBalancers) {
      this.loadBalancers = loadBalancers;
    }

    public Drain pool(String pool) {
      pools = List.of(pool);
      return this;
    }

    public Drain peers(PoolServer... peers) {
      this.peers = List.of(peers);
      return this;
    }

    public Drain minAvailable(int count) {
      minAvailable = count;
      return this;
    }

    public Drain within(Duration duration) {
      within = duration;
      return this;
    }

    public Drain tunnels(Duration duration) {
      tunnels = duration;
      return this;
    }

    public Drain forcing() {
      onTimeout = OnTimeout.FORCE;
      return this;
    }

    public Drain inRollback(Duration waitForPeers) {
      purpose = Purpose.ROLLBACK;
      onTimeout = OnTimeout.FORCE;
      this.waitForPeers = waitForPeers;
      return this;
    }

    public Drain without(List<String> silent) {
      mayBeSilent = silent;
      return this;
    }

    public HaproxyCommand.DrainServer command() {
      List<ServerSetting> restore = new ArrayList<>();
      for (String loadBalancer : loadBalancers) {
        for (String pool : pools) {
          restore.add(setting(loadBalancer, pool, 1, AdminState.READY));
        }
      }
      return new HaproxyCommand.DrainServer(
          head(),
          pools,
          loadBalancers,
          "b1",
          peers,
          minAvailable,
          within,
          tunnels,
          onTimeout,
          purpose,
          waitForPeers,
          restore,
          mayBeSilent);
    }
  }
}
