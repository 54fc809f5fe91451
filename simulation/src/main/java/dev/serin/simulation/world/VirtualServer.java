package dev.serin.simulation.world;

import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A server line of one HAProxy process, as its own checks and its users make it.
public final class VirtualServer {
  static final int RISE = 2;
  static final int FALL = 3;
  private static final int BEST = RISE + FALL - 1;

  /// A request or tunnel that is on it.
  record Session(long id, Instant endsAt, boolean tunnel) {}

  private final String name;
  private final Instance instance;
  private final int initialWeight;
  private final List<Session> sessions = new ArrayList<>();
  private AdminState state = AdminState.READY;
  private int weight;
  private int health = BEST;
  private long sessionsTotal;
  private long answers;

  VirtualServer(String name, Instance instance, int initialWeight) {
    this.name = name;
    this.instance = instance;
    this.initialWeight = initialWeight;
    this.weight = initialWeight;
  }

  public String name() {
    return name;
  }

  public Instance instance() {
    return instance;
  }

  public AdminState state() {
    return state;
  }

  public int weight() {
    return weight;
  }

  int initialWeight() {
    return initialWeight;
  }

  List<Session> sessions() {
    return sessions;
  }

  long sessionsTotal() {
    return sessionsTotal;
  }

  long answers() {
    return answers;
  }

  boolean isUp() {
    return health >= RISE;
  }

  /// Whether it gets new requests (I2).
  public boolean inRotation() {
    return state == AdminState.READY && weight > 0 && isUp();
  }

  void weigh(int now) {
    weight = now;
  }

  /// From maintenance it is admitted unchecked, and counts.
  void set(AdminState next) {
    if (state == AdminState.MAINT && next != AdminState.MAINT) {
      health = RISE;
    }
    if (next == AdminState.MAINT && state != AdminState.MAINT) {
      // on-marked-down shutdown-sessions
      sessions.clear();
    }
    state = next;
  }

  /// One health check.
  void check() {
    if (state == AdminState.MAINT) {
      return;
    }
    if (instance.unit().isHealthy()) {
      if (health < BEST && ++health >= RISE) {
        health = BEST;
      }
    } else if (health > RISE) {
      health--;
    } else {
      if (isUp()) {
        sessions.clear();
      }
      health = 0;
    }
  }

  void took(Session session, boolean answered) {
    sessions.add(session);
    sessionsTotal++;
    if (answered) {
      answers++;
    }
  }

  String status() {
    if (state == AdminState.MAINT) {
      return "MAINT";
    }
    if (!isUp()) {
      return health == 0 ? "DOWN" : "DOWN " + health + "/" + RISE;
    }
    String part = health == BEST ? "" : " " + (health - RISE + 1) + "/" + FALL;
    return (state == AdminState.DRAIN ? "DRAIN" : "UP") + part;
  }

  /// `srv_admin_state`.
  int adminBits() {
    return switch (state) {
      case READY -> 0;
      case DRAIN -> 8;
      case MAINT -> 1;
    };
  }
}
