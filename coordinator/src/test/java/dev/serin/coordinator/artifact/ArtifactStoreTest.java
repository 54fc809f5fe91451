package dev.serin.coordinator.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class ArtifactStoreTest {
  private static final long LARGEST = 4_000_000;
  private static final long KEEP_FREE = 1_000;
  private static final byte[] BINARY = bytes(1, 1_000_000);

  @TempDir private Path temporary = Path.of("");
  private Path directory = Path.of("");
  private Instant now = Instant.parse("2026-11-20T12:00:00Z");
  private long usable = Long.MAX_VALUE;
  private ArtifactStore store = reopened();

  @BeforeEach
  void open() {
    directory = temporary.resolve("store");
    store = reopened();
  }

  /// As after a restart of the process.
  private ArtifactStore reopened() {
    return new ArtifactStore(directory, LARGEST, KEEP_FREE, () -> now, _ -> usable);
  }

  private static byte[] bytes(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private Receipt put(byte[] bytes) throws IOException {
    return store.receive(digest(bytes), 0, bytes.length, new ByteArrayInputStream(bytes));
  }

  @Test
  void whatIsStoredIsForItsOwnerAlone() throws IOException {
    put(BINARY);
    goOn(bytes(2, 1_000), 0);
    try (var files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile).toList())
          .hasSize(2)
          .allSatisfy(file ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                  .isEqualTo("rw-------"));
    }
  }

  private Receipt goOn(byte[] bytes, int offset) throws IOException {
    return store.receive(
        digest(bytes),
        offset,
        bytes.length,
        new ByteArrayInputStream(bytes, offset, bytes.length - offset));
  }

  /// A sender whose connection breaks after so many bytes.
  private static InputStream cutAfter(byte[] bytes, int length) {
    return new SequenceInputStream(
        new ByteArrayInputStream(bytes, 0, length),
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("connection reset");
          }

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            throw new IOException("connection reset");
          }
        });
  }

  private byte[] content(byte[] wanted) throws IOException {
    return Files.readAllBytes(store.find(digest(wanted)).orElseThrow().file());
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void keepsWhatCameWholeUnderItsDigest() throws IOException {
    assertThat(put(BINARY)).isEqualTo(new Receipt.Stored(BINARY.length));

    assertThat(content(BINARY)).isEqualTo(BINARY);
    assertThat(files()).containsExactly(digest(BINARY));
    assertThat(reopened().all())
        .extracting(ArtifactStore.Stored::sizeBytes)
        .containsExactly(1_000_000L);
  }

  @Test
  void readsNothingOfWhatIsThereAlready() throws IOException {
    put(BINARY);

    assertThat(store.receive(digest(BINARY), 0, BINARY.length, cutAfter(BINARY, 0)))
        .isEqualTo(new Receipt.AlreadyThere(BINARY.length));
  }

  private Receipt hide(byte[] bytes) throws IOException {
    return store.receive(digest(bytes), 0, bytes.length, new ByteArrayInputStream(bytes), true);
  }

  @Test
  void whatAnybodyCanHaveIsHiddenByNobodyWhoBringsItAgain() throws IOException {
    put(BINARY);

    assertThat(hide(BINARY)).isEqualTo(new Receipt.AlreadyThere(BINARY.length));

    assertThat(files()).containsExactly(digest(BINARY));
    assertThat(store.find(digest(BINARY)).orElseThrow().isPrivate()).isFalse();
    assertThat(content(BINARY)).isEqualTo(BINARY);
  }

  /// Two bring the same at once, one of them for everybody: whose is there first counts.
  @Test
  void norByWhoHasBegunToBringItBefore() throws IOException {
    InputStream slow =
        new SequenceInputStream(
            new ByteArrayInputStream(BINARY),
            new InputStream() {
              @Override
              public int read() throws IOException {
                put(BINARY);
                return -1;
              }

              @Override
              public int read(byte[] bytes, int offset, int length) throws IOException {
                return read();
              }
            });

    assertThat(store.receive(digest(BINARY), 0, BINARY.length, slow, true))
        .isEqualTo(new Receipt.AlreadyThere(BINARY.length));

    assertThat(files()).containsExactly(digest(BINARY));
  }

  @Test
  void whatIsPrivateStaysPrivateWhoeverBringsItAgain() throws IOException {
    assertThat(hide(BINARY)).isEqualTo(new Receipt.Stored(BINARY.length));
    assertThat(files()).containsExactly("private/" + digest(BINARY));
    store = reopened();
    assertThat(store.all()).extracting(ArtifactStore.Stored::isPrivate).containsExactly(true);

    assertThat(put(BINARY)).isEqualTo(new Receipt.Stored(BINARY.length));
    assertThat(store.find(digest(BINARY)).orElseThrow().isPrivate()).isTrue();
    assertThat(content(BINARY)).isEqualTo(BINARY);
  }

  /// Else whoever guesses a content learns from a digest alone that they have guessed right.
  @Test
  void whatIsPrivateComesAnewAsIfItWereNotThere() throws IOException {
    hide(BINARY);
    byte[] other = bytes(2, 500);
    assertThat(store.receive(digest(BINARY), 0, other.length, new ByteArrayInputStream(other)))
        .isEqualTo(new Receipt.WrongDigest(digest(other)));
    assertThat(content(BINARY)).isEqualTo(BINARY);
  }

  @Test
  void aProcessThatDiesBetweenTwoPlacesHasHiddenItAlready() throws IOException {
    hide(BINARY);
    Files.write(directory.resolve(digest(BINARY)), BINARY);
    store = reopened();
    assertThat(store.all()).extracting(ArtifactStore.Stored::isPrivate).containsExactly(true);
    assertThat(store.find(digest(BINARY)).orElseThrow().isPrivate()).isTrue();
  }

  @Test
  void leavesNothingOfAWrongDigest() throws IOException {
    byte[] other = bytes(2, 500);

    Receipt receipt =
        store.receive(digest(BINARY), 0, other.length, new ByteArrayInputStream(other));

    assertThat(receipt).isEqualTo(new Receipt.WrongDigest(digest(other)));
    assertThat(files()).isEmpty();
    assertThat(store.offset(digest(BINARY))).isZero();
  }

  @Test
  void goesOnWhereAnUploadBrokeOff() throws IOException {
    Receipt cut = store.receive(digest(BINARY), 0, BINARY.length, cutAfter(BINARY, 700_000));

    assertThat(cut).isEqualTo(new Receipt.Cut(700_000));
    assertThat(store.find(digest(BINARY))).isEmpty();
    assertThat(store.offset(digest(BINARY))).isEqualTo(700_000);

    assertThat(goOn(BINARY, 700_000)).isEqualTo(new Receipt.Stored(BINARY.length));
    assertThat(content(BINARY)).isEqualTo(BINARY);
    assertThat(files()).containsExactly(digest(BINARY));
  }

  @Test
  void aShortBodyIsABreakToo() throws IOException {
    assertThat(
            store.receive(
                digest(BINARY), 0, BINARY.length, new ByteArrayInputStream(BINARY, 0, 10)))
        .isEqualTo(new Receipt.Cut(10));
  }

  @Test
  void saysHowMuchIsThereWhereAnUploadGoesOnElsewhere() throws IOException {
    assertThat(goOn(BINARY, 10)).isEqualTo(new Receipt.WrongOffset(0));
    store.receive(digest(BINARY), 0, BINARY.length, cutAfter(BINARY, 700_000));

    assertThat(goOn(BINARY, 699_999)).isEqualTo(new Receipt.WrongOffset(700_000));
    assertThat(goOn(BINARY, 700_000)).isEqualTo(new Receipt.Stored(BINARY.length));
  }

  @Test
  void anUploadThatBeginsAnewNeverShortensWhatIsThere() throws IOException {
    store.receive(digest(BINARY), 0, BINARY.length, cutAfter(BINARY, 700_000));

    assertThat(store.receive(digest(BINARY), 0, BINARY.length, cutAfter(BINARY, 10)))
        .isEqualTo(new Receipt.Cut(700_000));
    assertThat(store.offset(digest(BINARY))).isEqualTo(700_000);
  }

  @Test
  void whatWasDamagedOnDiskMeanwhileIsFound() throws IOException {
    store.receive(digest(BINARY), 0, BINARY.length, cutAfter(BINARY, 700_000));
    Path part = directory.resolve("parts").resolve(digest(BINARY) + ".part");
    byte[] damaged = Files.readAllBytes(part);
    damaged[0] ^= 1;
    Files.write(part, damaged);

    assertThat(goOn(BINARY, 700_000)).isInstanceOf(Receipt.WrongDigest.class);
    assertThat(files()).isEmpty();
  }

  @Test
  void aProcessThatDiesBeforeTheRenameLeavesAPartThatGoesOn() throws IOException {
    Path parts = Files.createDirectories(directory.resolve("parts"));
    Files.write(parts.resolve(digest(BINARY) + ".0001.up"), Arrays.copyOf(BINARY, 400_000));
    Files.write(parts.resolve(digest(BINARY) + ".0002.up"), Arrays.copyOf(BINARY, 300_000));

    store = reopened();

    assertThat(store.find(digest(BINARY))).isEmpty();
    assertThat(store.offset(digest(BINARY))).isEqualTo(400_000);
    assertThat(goOn(BINARY, 400_000)).isEqualTo(new Receipt.Stored(BINARY.length));
    assertThat(files()).containsExactly(digest(BINARY));
  }

  @Test
  void aWholeUploadThatWasNeverRenamedIsDoneByAnEmptyRest() throws IOException {
    Path parts = Files.createDirectories(directory.resolve("parts"));
    Files.write(parts.resolve(digest(BINARY) + ".0001.up"), BINARY);
    store = reopened();

    assertThat(goOn(BINARY, BINARY.length)).isEqualTo(new Receipt.Stored(BINARY.length));
    assertThat(content(BINARY)).isEqualTo(BINARY);
  }

  @Test
  void manyUploadsOfOneDigestAtOnceLeaveOneWholeArtifact() throws Exception {
    int uploads = 8;
    CyclicBarrier together = new CyclicBarrier(uploads);
    List<Callable<Receipt>> calls = new ArrayList<>();
    for (int i = 0; i < uploads; i++) {
      // Every other one sends something else.
      byte[] sent = i % 2 == 0 ? BINARY : bytes(i, BINARY.length);
      calls.add(() -> {
        together.await();
        return store.receive(digest(BINARY), 0, sent.length, new ByteArrayInputStream(sent));
      });
    }
    List<Receipt> receipts = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Receipt> receipt : threads.invokeAll(calls)) {
        receipts.add(receipt.get());
      }
    }

    assertThat(receipts).anyMatch(it -> it instanceof Receipt.Stored);
    assertThat(content(BINARY)).isEqualTo(BINARY);
    assertThat(files()).containsExactly(digest(BINARY));
  }

  @Test
  void refusesWhatIsTooLargeBeforeAndWhileItComes() throws IOException {
    byte[] large = bytes(3, (int) LARGEST + 1);

    assertThat(store.receive(digest(large), 0, large.length, cutAfter(large, 0)))
        .isEqualTo(new Receipt.TooLarge(LARGEST));
    assertThat(store.receive(digest(large), 0, -1, new ByteArrayInputStream(large)))
        .isEqualTo(new Receipt.TooLarge(LARGEST));
    assertThat(files()).isEmpty();
  }

  @Test
  void leavesTheFloorOfTheDiskFree() throws IOException {
    usable = BINARY.length + KEEP_FREE - 1;
    assertThat(put(BINARY)).isInstanceOf(Receipt.Full.class);
    assertThat(store.receive(digest(BINARY), 0, -1, new ByteArrayInputStream(BINARY)))
        .isInstanceOf(Receipt.Stored.class);

    byte[] other = bytes(4, 10);
    usable = KEEP_FREE - 1;
    assertThat(store.receive(digest(other), 0, -1, new ByteArrayInputStream(other)))
        .isEqualTo(new Receipt.Full("999 bytes free, of which 1000 are to stay free"));
    usable = KEEP_FREE + 10;
    assertThat(put(other)).isInstanceOf(Receipt.Stored.class);
  }

  @Test
  void aDiskThatFillsMeanwhileLeavesWhatCameToBeResumed() throws IOException {
    store.receive(digest(BINARY), 0, BINARY.length, cutAfter(BINARY, 700_000));
    AtomicInteger looks = new AtomicInteger();
    ArtifactStore filling =
        new ArtifactStore(
            directory,
            LARGEST,
            KEEP_FREE,
            () -> now,
            _ -> looks.getAndIncrement() == 0 ? Long.MAX_VALUE : KEEP_FREE - 1);

    assertThat(
            filling.receive(
                digest(BINARY),
                700_000,
                BINARY.length,
                new ByteArrayInputStream(BINARY, 700_000, 300_000)))
        .isInstanceOf(Receipt.Full.class);

    assertThat(store.offset(digest(BINARY))).isEqualTo(700_000);
    assertThat(goOn(BINARY, 700_000)).isEqualTo(new Receipt.Stored(BINARY.length));
    assertThat(content(BINARY)).isEqualTo(BINARY);
    assertThat(files()).containsExactly(digest(BINARY));
  }

  @Test
  void theSweepKeepsWhatIsNeededAndWhatIsNew() throws IOException {
    byte[] needed = bytes(5, 10);
    byte[] old = bytes(6, 10);
    byte[] askedFor = bytes(7, 10);
    byte[] fresh = bytes(8, 10);
    put(needed);
    put(old);
    hide(bytes(9, 10));
    hide(bytes(10, 10));
    put(askedFor);
    now = now.plus(Duration.ofHours(23));
    put(fresh);
    store.find(digest(askedFor));
    now = now.plus(Duration.ofHours(2));

    sweep(Optional.of(Set.of(digest(needed), digest(bytes(10, 10)))));

    assertThat(files())
        .containsExactlyInAnyOrder(
            digest(needed), "private/" + digest(bytes(10, 10)), digest(askedFor), digest(fresh));
  }

  @Test
  void theSweepDeletesNoArtifactWhileNobodyKnowsWhatIsNeeded() throws IOException {
    put(BINARY);
    now = now.plus(Duration.ofDays(365));

    sweep(Optional.empty());
    assertThat(files()).containsExactly(digest(BINARY));

    sweep(Optional.of(Set.of()));
    assertThat(files()).isEmpty();
  }

  @Test
  void partsExpire() throws IOException {
    store.receive(digest(BINARY), 0, BINARY.length, cutAfter(BINARY, 10));
    // The time of a part is the disk's own.
    now = Instant.now().plus(Duration.ofHours(23));
    sweep(Optional.empty());
    assertThat(store.offset(digest(BINARY))).isEqualTo(10);

    now = now.plus(Duration.ofHours(2));
    sweep(Optional.empty());
    assertThat(store.offset(digest(BINARY))).isZero();
    assertThat(files()).isEmpty();
  }

  private void sweep(Optional<Set<String>> needed) {
    new ArtifactSweep(
            store,
            new ArtifactSettings(
                null,
                DataSize.ofBytes(LARGEST),
                DataSize.ofBytes(KEEP_FREE),
                Duration.ofHours(24),
                Duration.ofHours(24),
                Duration.ofMinutes(10)),
            new ArtifactMetrics(new SimpleMeterRegistry(), store),
            () -> needed,
            () -> now)
        .sweep();
  }
}
