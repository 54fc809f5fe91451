package dev.serin.simulation.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A consumer group: how far it has read by its own word, and which of its members reads.
public final class Group {
  private final Map<String, Long> committed = new HashMap<>();
  private @Nullable Object owner;

  public long committed(String topic) {
    return committed.getOrDefault(topic, 0L);
  }

  public void commit(String topic, long next) {
    committed.put(topic, next);
  }

  public boolean isOwner(Object member) {
    return Objects.equals(owner, member);
  }

  public @Nullable Object owner() {
    return owner;
  }

  public void assign(@Nullable Object member) {
    owner = member;
  }
}
