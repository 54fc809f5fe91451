package dev.serin.lab.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BehaviourTest {

  private static final Behaviour BAD =
      new Behaviour(
          "v1.2.0",
          0.2,
          Duration.ofMillis(50),
          500,
          Duration.ofSeconds(5),
          true,
          Duration.ofSeconds(20),
          Path.of("/run/bad"),
          Duration.ofSeconds(3));

  @Test
  void survivesItsPropertiesFile() throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(BAD.toProperties()));

    assertThat(Behaviour.of(properties)).isEqualTo(BAD);
  }

  @Test
  void anEmptyPropertiesFileIsAGoodRelease() {
    assertThat(Behaviour.of(new Properties())).isEqualTo(Behaviour.good("dev"));
  }

  @Test
  void failsExactlyTheShareThatWasBaked() {
    assertThat(LongStream.rangeClosed(1, 1_000).filter(BAD::failsRequest).count()).isEqualTo(200);
    assertThat(LongStream.rangeClosed(1, 5).filter(BAD::failsRequest).toArray()).containsExactly(5);
    assertThat(LongStream.rangeClosed(1, 1_000).anyMatch(Behaviour.good("v1")::failsRequest))
        .isFalse();
  }

  @Test
  void isBadOnlyAfterAWhile() {
    Behaviour late =
        new Behaviour(
            "v1", 1, Duration.ZERO, 200, null, false, Duration.ofSeconds(20), null, Duration.ZERO);
    assertThat(late.isBadAt(Duration.ofSeconds(19))).isFalse();
    assertThat(late.isBadAt(Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void isBadOnlyWhileItsFileIsThere(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("bad");
    Behaviour turning =
        new Behaviour("v1", 1, Duration.ZERO, 200, null, false, Duration.ZERO, file, Duration.ZERO);
    assertThat(turning.isBadAt(Duration.ZERO)).isFalse();
    Files.createFile(file);
    assertThat(turning.isBadAt(Duration.ZERO)).isTrue();
    Files.delete(file);
    assertThat(turning.isBadAt(Duration.ZERO)).isFalse();
  }

  @Test
  void isHealthyOnlyAfterAWhile() {
    Behaviour late =
        new Behaviour(
            "v1", 0, Duration.ZERO, 200, null, false, Duration.ZERO, null, Duration.ofSeconds(3));
    assertThat(late.healthAt(Duration.ofMillis(2_999))).isEqualTo(503);
    assertThat(late.healthAt(Duration.ofSeconds(3))).isEqualTo(200);
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> Behaviour.good("v1 beta")).hasMessageContaining("expected a version");
    assertThatThrownBy(() ->
            new Behaviour(
                "v1", 1.5, Duration.ZERO, 200, null, false, Duration.ZERO, null, Duration.ZERO))
        .hasMessageContaining("from 0 to 1, was 1.5");
    assertThatThrownBy(() ->
            new Behaviour(
                "v1", 0, Duration.ZERO, 42, null, false, Duration.ZERO, null, Duration.ZERO))
        .hasMessageContaining("from 200 to 599, was 42");
  }
}
