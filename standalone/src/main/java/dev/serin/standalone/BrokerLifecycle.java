package dev.serin.standalone;

import dev.serin.contracts.kafka.KafkaSettings;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// Starts the broker beside the other beans, and has it up before any of them connects; stops it
/// last.
@Component
final class BrokerLifecycle implements SmartLifecycle {
  private final CompletableFuture<EmbeddedBroker> starting;
  private @Nullable EmbeddedBroker broker;

  BrokerLifecycle(KafkaSettings kafka, @Value("${serin.data:./data}") String data) {
    String[] address = kafka.bootstrapServers().split(":", -1);
    if (address.length != 2 || !address[1].matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException(
          "serin.kafka.bootstrap-servers: expected one host:port for standalone to listen on, found '"
              + kafka.bootstrapServers()
              + "'");
    }
    Path log = Path.of(data, "kafka").toAbsolutePath();
    starting =
        CompletableFuture.supplyAsync(
            () -> EmbeddedBroker.start(log, address[0], Integer.parseInt(address[1])),
            task -> Thread.ofPlatform().name("broker-start").start(task));
  }

  @Override
  public void start() {
    try {
      broker = starting.join();
    } catch (CompletionException failed) {
      throw new IllegalStateException("the broker does not start", failed.getCause());
    }
  }

  @Override
  public void stop() {
    if (broker != null) {
      broker.close();
      broker = null;
    }
  }

  @Override
  public boolean isRunning() {
    return broker != null;
  }

  @Override
  public int getPhase() {
    return Integer.MIN_VALUE;
  }
}
