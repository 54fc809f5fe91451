package dev.serin.cli.stub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What a command wrote, and a way to wait for it.
public final class Lines extends OutputStream {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private boolean closedByReader;

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] some, int from, int length) throws IOException {
    lock.lock();
    try {
      if (closedByReader) {
        throw new IOException("nobody reads this any more");
      }
      bytes.write(some, from, length);
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void flush() throws IOException {
    write(new byte[0], 0, 0);
  }

  /// Nobody reads what is written from now on, as after `| head -1`.
  public void readerLeaves() {
    lock.lock();
    try {
      closedByReader = true;
    } finally {
      lock.unlock();
    }
  }

  public String text() {
    lock.lock();
    try {
      return bytes.toString(StandardCharsets.UTF_8);
    } finally {
      lock.unlock();
    }
  }

  public List<String> lines() {
    return text().lines().toList();
  }

  /// Waits until this was written.
  public void await(String part) throws InterruptedException {
    long left = LIMIT_NANOS;
    lock.lock();
    try {
      while (!text().contains(part)) {
        if (left <= 0) {
          throw new AssertionError("expected '" + part + "' to be written, found:\n" + text());
        }
        left = grown.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
