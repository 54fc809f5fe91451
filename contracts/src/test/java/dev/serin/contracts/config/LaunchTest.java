package dev.serin.contracts.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchTest {
  private static final List<String> SERVICES = List.of("haproxy-agent", "coordinator");

  @TempDir Path directory = Path.of("");

  private Path file() throws IOException {
    return Files.writeString(directory.resolve("serin.yaml"), "serin: {}\n");
  }

  private static Launch.Options options(String... arguments) {
    return Launch.options(arguments, SERVICES);
  }

  @Test
  void nothingAskedIsTheDefaults() {
    assertThat(options()).isEqualTo(new Launch.Options(null, List.of()));
  }

  @Test
  void takesAFileInBothWaysOfWritingIt() throws IOException {
    Path file = file();
    assertThat(options("--config", file.toString()).config()).isEqualTo(file);
    assertThat(options("--config=" + file).config()).isEqualTo(file);
  }

  @Test
  void leavesOutWhatIsNamed() {
    assertThat(options("--without", "coordinator", "--without=haproxy-agent").without())
        .containsExactly("coordinator", "haproxy-agent");
  }

  @Test
  void refusesAFileThatCannotBeRead() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options("--config", directory.resolve("none.yaml").toString()))
        .withMessage(
            "--config: expected a readable YAML file, found '%s'", directory.resolve("none.yaml"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options("--config", directory.toString()))
        .withMessageContaining("expected a readable YAML file");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options("--config"))
        .withMessage("--config: expected a readable YAML file, found ''");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options("--port", "1"))
        .withMessage("expected --config FILE or --without NAME, found '--port'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Launch.options(new String[] {"--without", "coordinator"}, List.of()))
        .withMessage("expected --config FILE, found '--without'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options("--without", "nobody"))
        .withMessage("--without: expected one of haproxy-agent, coordinator, found 'nobody'");
  }
}
