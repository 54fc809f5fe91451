package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.coordinator.web.HttpCalls.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(900)
@ExtendWith(WebFixture.Resolver.class)
class PageIT {
  private static final Path STATIC = Path.of("src/main/resources/static");
  private static final Pattern REFERENCE =
      Pattern.compile("(?:href|src)=\"([^\"#]+)\"|from \"\\./([^\"]+)\"");

  private final WebFixture serin;

  PageIT(WebFixture serin) {
    this.serin = serin;
  }

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(STATIC)) {
      return files.sorted().toList();
    }
  }

  @Test
  void isServedAtTheRoot() {
    Answer answer = serin.http().get("/");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.contentType()).startsWith("text/html");
    assertThat(answer.body()).contains("<title>Serin</title>", "main.js");
  }

  @ParameterizedTest
  @MethodSource("files")
  void servesEachFileWithItsType(Path file) {
    String name = file.getFileName().toString();
    Answer answer = serin.http().get("/" + name);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.contentType())
        .startsWith(
            switch (name.substring(name.lastIndexOf('.') + 1)) {
              case "js" -> "text/javascript";
              case "css" -> "text/css";
              case "svg" -> "image/svg+xml";
              case "html" -> "text/html";
              default -> throw new AssertionError("expected a known type, found " + name);
            });
  }

  /// An inline style or script would be refused by the page's own policy.
  @ParameterizedTest
  @MethodSource("files")
  void refersOnlyToFilesOfItsOwn(Path file) throws IOException {
    String text = Files.readString(file);

    assertThat(text.replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("http://", "https://", "//cdn", "innerHTML", "eval(", "style=\"");
    REFERENCE
        .matcher(text)
        .results()
        .map(found -> found.group(1) != null ? found.group(1) : found.group(2))
        .forEach(name -> assertThat(STATIC.resolve(name)).exists());
  }

  @ParameterizedTest
  @MethodSource("files")
  void isReadInOneSitting(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      assertThat(lines.count()).isLessThanOrEqualTo(400);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
