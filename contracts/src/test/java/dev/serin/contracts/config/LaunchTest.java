package dev.serin.contracts.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

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

  @Test
  void aProcessKeepsItsNameInItsGroupsAndSharesItWithNoOtherConfiguration() throws IOException {
    Path other = Files.writeString(directory.resolve("other.yaml"), "serin: {}\n");
    assertThat(instance(file())).isNotBlank().isEqualTo(instance(file()));
    assertThat(instance(other)).isNotEqualTo(instance(file()));
  }

  private static String instance(Path config) {
    SpringApplication application =
        Launch.prepare(
            LaunchTest.class,
            "serin-test",
            new Launch.Options(config, List.of()),
            Map.of("spring.main.web-application-type", "none"));
    try (ConfigurableApplicationContext context = application.run()) {
      return context.getEnvironment().getRequiredProperty("serin.kafka.instance-id");
    }
  }
}
