package dev.serin.haproxy.runtime;

import dev.serin.contracts.Check;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The runtime API through a program that talks to the socket, `incus exec … socat -t5 -` for one.
/// Its standard input ends with the command, which is how it learns that it may end; `socat` then
/// waits for the answer as long as its `-t` says (half a second without).
final class CommandWire implements RuntimeWire {
  private final WireAddress.Command where;
  private final Duration timeout;

  CommandWire(WireAddress.Command where, Duration timeout) {
    this.where = where;
    this.timeout = timeout;
  }

  @Override
  public Reply execute(String line) {
    Process process;
    try {
      process = new ProcessBuilder(where.argv()).start();
    } catch (IOException failed) {
      return new Unanswered(where + " could not be started: " + failed.getMessage());
    }
    try (OutputStream in = process.getOutputStream()) {
      CompletableFuture<String> answer = new CompletableFuture<>();
      CompletableFuture<String> complaint = new CompletableFuture<>();
      collect(process.getInputStream(), answer);
      collect(process.getErrorStream(), complaint);
      in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      in.close();
      String text = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (!text.isEmpty()) {
        return new Answered(text);
      }
      return new Unanswered(
          where
              + " ended without an answer: "
              + Check.printable(complaint.get(timeout.toMillis(), TimeUnit.MILLISECONDS).strip()));
    } catch (TimeoutException late) {
      return new Unanswered(where + ": no end of an answer within " + timeout.toMillis() + " ms");
    } catch (IOException | ExecutionException broken) {
      return new Unanswered(where + ": " + broken.getMessage());
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return new Unanswered(where + ": interrupted, the agent is stopping");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void collect(InputStream stream, CompletableFuture<String> into) {
    Thread.ofVirtual()
        .start(() -> {
          try (stream) {
            byte[] bytes = stream.readNBytes(SocketWire.LONGEST_ANSWER_BYTES);
            into.complete(new String(bytes, StandardCharsets.UTF_8));
          } catch (IOException broken) {
            into.completeExceptionally(broken);
          }
        });
  }
}
