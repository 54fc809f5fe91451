package dev.serin.simulation.world;

import dev.serin.incus.rest.Call;
import dev.serin.incus.rest.Reply;
import dev.serin.incus.rest.Wire;
import dev.serin.simulation.engine.VirtualProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;

/// A process's way to one Incus server.
public final class IncusWire implements Wire {
  private static final Duration LATENCY = Duration.ofMillis(3);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final VirtualProcess process;
  private final VirtualIncus incus;
  private final String name;
  private final Troubles troubles;

  public IncusWire(VirtualProcess process, VirtualIncus incus, String name, Troubles troubles) {
    this.process = process;
    this.incus = incus;
    this.name = name;
    this.troubles = troubles;
  }

  @Override
  public Reply exchange(Call call) throws IOException {
    process.checkAlive();
    if (incus.mood() == VirtualIncus.Mood.AWAY) {
      process.sleep(LATENCY);
      throw new IOException("Connection refused");
    }
    Mishap mishap = troubles.of(process, name, call.method() + " " + last(call));
    if (mishap.kind() == Mishap.Kind.CUT && call.query().containsKey("path")) {
      incus.breakOff(call);
    }
    try {
      return new Exchange(process, LATENCY, call.timeout().plus(LATENCY))
          .run(
              mishap,
              () -> answer(call),
              why -> {
                throw new UncheckedIOException(new IOException(why));
              });
    } catch (UncheckedIOException broken) {
      throw broken.getCause();
    }
  }

  private static String last(Call call) {
    String[] words = call.path().split("/", -1);
    return words[words.length - 1].startsWith("op-") ? "log" : words[words.length - 1];
  }

  /// An effect that comes late has nobody who hears that it was none.
  private Reply answer(Call call) {
    if (incus.mood() == VirtualIncus.Mood.AWAY && Thread.currentThread().isVirtual()) {
      throw new UncheckedIOException(new IOException("Connection reset by peer"));
    }
    if (call.path().startsWith("/1.0/operations/")) {
      if (!call.path().endsWith("/wait")) {
        return incus.look(call);
      }
      if (Thread.currentThread().isVirtual()) {
        String seconds = call.query().getOrDefault("timeout", "1");
        Instant until = process.loop().now().plusSeconds(Long.parseLong(seconds));
        while (incus.isWaiting(call) && process.loop().now().isBefore(until)) {
          process.sleep(LOOK);
        }
      }
    }
    return incus.answer(call);
  }
}
