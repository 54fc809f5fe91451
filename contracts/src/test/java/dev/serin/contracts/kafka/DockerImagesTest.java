package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DockerImagesTest {

  /// Testcontainers tells nobody which versions it takes: they are constants in its classes.
  @Test
  void knowsTheImagesThatThisVersionOfTestcontainersStarts() throws IOException {
    assertThat(constantsOf("org/testcontainers/utility/RyukContainer.class"))
        .contains(DockerImages.RYUK);
    assertThat(constantsOf("org/testcontainers/DockerClientFactory.class"))
        .contains(DockerImages.TINY);
  }

  @Test
  void anImageThatNobodyHasIsNotThere() {
    DockerImages.Answer answer = DockerImages.forContainer("serin.invalid/nobody-has-this:1");

    assertThat(answer.there()).isFalse();
    assertThat(answer.why()).isNotBlank();
  }

  private static String constantsOf(String classFile) throws IOException {
    try (InputStream bytes =
        DockerImagesTest.class.getClassLoader().getResourceAsStream(classFile)) {
      assertThat(bytes).as(classFile).isNotNull();
      return new String(bytes.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
