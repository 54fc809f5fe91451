package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SendQueueTest {
  private final BlockingQueue<String> sent = new LinkedBlockingQueue<>();

  private static ProducerRecord<String, byte[]> record(int number) {
    return new ProducerRecord<>(
        "topic", "key", Integer.toString(number).getBytes(StandardCharsets.UTF_8));
  }

  private void arrives(ProducerRecord<String, byte[]> record) {
    sent.add(new String(record.value(), StandardCharsets.UTF_8));
  }

  private String next() throws InterruptedException {
    return String.valueOf(sent.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void keepsNobodyWaitingWhileTheBrokerIsAwayAndSendsInOrderOnceItIsBack()
      throws InterruptedException {
    CountDownLatch back = new CountDownLatch(1);
    try (SendQueue queue =
        new SendQueue(
            "test",
            record -> {
              back.await();
              arrives(record);
            })) {
      for (int i = 0; i < 100; i++) {
        queue.add(record(i));
      }
      assertThat(sent).isEmpty();
      back.countDown();
      for (int i = 0; i < 100; i++) {
        assertThat(next()).isEqualTo(Integer.toString(i));
      }
    }
  }

  @Test
  void triesTheSameRecordUntilTheBrokerHasIt() throws InterruptedException {
    AtomicInteger attempts = new AtomicInteger();
    try (SendQueue queue =
        new SendQueue(
            "test",
            record -> {
              switch (attempts.incrementAndGet()) {
                case 1 -> throw new ExecutionException(new TimeoutException("no metadata"));
                case 2 -> throw new TimeoutException("expired");
                default -> arrives(record);
              }
            })) {
      queue.add(record(1));
      queue.add(record(2));
      assertThat(next()).isEqualTo("1");
      assertThat(next()).isEqualTo("2");
      assertThat(attempts).hasValue(4);
    }
  }

  @Test
  void saysWhatIsNotSentUntilTheBrokerHasIt() throws InterruptedException {
    AtomicInteger attempts = new AtomicInteger();
    BlockingQueue<Optional<String>> said = new LinkedBlockingQueue<>();
    AtomicReference<SendQueue> itself = new AtomicReference<>();
    CountDownLatch added = new CountDownLatch(1);
    try (SendQueue queue =
        new SendQueue(
            "test",
            record -> {
              added.await();
              said.add(itself.get().notSent());
              if (attempts.incrementAndGet() == 1) {
                throw new TimeoutException("no metadata");
              }
              arrives(record);
            })) {
      itself.set(queue);
      queue.add(record(1));
      queue.add(record(2));
      added.countDown();
      assertThat(next()).isEqualTo("1");
      assertThat(next()).isEqualTo("2");
    }
    assertThat(said)
        .containsExactly(
            Optional.empty(),
            Optional.of("2 records that are not sent: " + new TimeoutException("no metadata")),
            Optional.empty());
  }

  @Test
  void goesOnAfterARecordThatTheBrokerRefuses() throws InterruptedException {
    try (SendQueue queue =
        new SendQueue(
            "test",
            record -> {
              if (record.value()[0] == '1') {
                throw new ExecutionException(new RecordTooLargeException("too large"));
              }
              arrives(record);
            })) {
      queue.add(record(1));
      queue.add(record(2));
      assertThat(next()).isEqualTo("2");
    }
  }

  @Test
  void dropsTheOldestWhereTooManyWait() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch back = new CountDownLatch(1);
    List<String> arrived = new CopyOnWriteArrayList<>();
    CountDownLatch all = new CountDownLatch(1 + SendQueue.MOST);
    try (SendQueue queue =
        new SendQueue(
            "test",
            record -> {
              begun.countDown();
              back.await();
              arrived.add(new String(record.value(), StandardCharsets.UTF_8));
              all.countDown();
            })) {
      queue.add(record(0));
      assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
      for (int i = 1; i <= SendQueue.MOST + 5; i++) {
        queue.add(record(i));
      }
      back.countDown();
      assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(arrived).hasSize(1 + SendQueue.MOST);
    assertThat(arrived.get(0)).isEqualTo("0");
    assertThat(arrived.get(1)).isEqualTo("6");
  }

  @Test
  void sendsItsLastWordsWhenItIsClosed() {
    SendQueue queue = new SendQueue("test", this::arrives);
    queue.add(record(1));
    queue.add(record(2));
    queue.close();
    assertThat(sent).containsExactly("1", "2");
  }
}
