package dev.serin.contracts.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.FreezeState;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What is written is the golden file, and the golden file reads as what was written. A message
/// without a file fails; `-Dgolden.write=true` writes the files of new ones, and only those.
class GoldenTest {
  private static final Path FILES = Path.of("src/test/resources/golden");

  static Stream<Arguments> everyMessage() {
    return Stream.of(
            HaproxyCommand.class,
            HaproxyEvent.class,
            IncusCommand.class,
            IncusEvent.class,
            SliCommand.class,
            SliEvent.class,
            RolloutEvent.class,
            Request.class,
            RolloutState.class,
            ReleasePlan.class,
            FreezeState.class,
            ServiceDefinition.class)
        .flatMap(family ->
            Samples.recordsOf(family).stream()
                .map(type -> Arguments.of(nameOf(type), family, type)));
  }

  private static String nameOf(Class<?> type) {
    JsonTypeName name = type.getAnnotation(JsonTypeName.class);
    return name == null ? type.getSimpleName() : name.value();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("everyMessage")
  void isWrittenAndReadAsItsGoldenFile(String name, Class<?> family, Class<?> type)
      throws IOException {
    Object sample = Samples.of(type);
    Path file = FILES.resolve(name + ".json");
    if (Boolean.getBoolean("golden.write") && !Files.exists(file)) {
      Files.createDirectories(FILES);
      Files.writeString(
          file, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(sample) + "\n");
    }
    assertThat(file).as("the golden file of %s", name).exists();
    String golden = Files.readString(file);
    assertThat(Json.mapper().readTree(Json.mapper().writeValueAsBytes(sample)))
        .isEqualTo(Json.mapper().readTree(golden));
    assertThat(Json.mapper().readValue(golden, family)).isEqualTo(sample);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("everyMessage")
  void ignoresFieldsThatItDoesNotKnow(String name, Class<?> family, Class<?> type)
      throws IOException {
    String golden = Files.readString(FILES.resolve(name + ".json"));
    String more = golden.replaceFirst("\\{", "{\"somethingNew\": [1],");
    assertThat(Json.mapper().readValue(more, family)).isEqualTo(Samples.of(type));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("everyMessage")
  void hasANameThatNoOtherHas(String name, Class<?> family, Class<?> type) {
    List<Object> same =
        everyMessage().map(Arguments::get).map(it -> it[0]).filter(name::equals).toList();
    assertThat(same).hasSize(1);
  }
}
