package dev.serin.contracts.kafka;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Whether Testcontainers could start a container without a download. Testcontainers itself can't
/// be asked: merely looking for Docker makes it start (and fetch) its own helper container.
final class DockerImages {
  /// Testcontainers' helper, which removes what a killed JVM leaves behind.
  static final String RYUK = "testcontainers/ryuk:0.14.0";

  /// With this one Testcontainers finds out the host's address when it is in a container itself.
  static final String TINY = "alpine:3.17";

  private DockerImages() {}

  /// @param why one clause, for people
  record Answer(boolean there, String why) {}

  /// Asks the `docker` command, which finds the daemon as Testcontainers does (`DOCKER_HOST`,
  /// contexts).
  static Answer forContainer(String image) {
    List<String> needed = new ArrayList<>(List.of(image));
    needed.addAll(own());
    for (String one : needed) {
      Answer answer = inspect(one);
      if (!answer.there()) {
        return answer;
      }
    }
    return new Answer(true, "Docker and " + String.join(" and ", needed) + " are there");
  }

  /// The images that Testcontainers starts for itself.
  private static List<String> own() {
    List<String> own = new ArrayList<>();
    if (!Boolean.parseBoolean(System.getenv("TESTCONTAINERS_RYUK_DISABLED"))) {
      own.add(RYUK);
    }
    if (Files.exists(Path.of("/.dockerenv"))
        && System.getenv("TESTCONTAINERS_HOST_OVERRIDE") == null) {
      own.add(TINY);
    }
    return own;
  }

  private static Answer inspect(String image) {
    try {
      Process docker =
          new ProcessBuilder("docker", "image", "inspect", "--format", "{{.Id}}", image).start();
      docker.getOutputStream().close();
      if (!docker.waitFor(20, TimeUnit.SECONDS)) {
        docker.destroyForcibly();
        return new Answer(false, "the docker command hangs");
      }
      if (docker.exitValue() == 0) {
        return new Answer(true, image + " is there");
      }
      String said =
          new String(docker.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Answer(
          false,
          said.contains("No such image")
              ? "Docker has no image " + image
              : "Docker does not answer (" + said.lines().findFirst().orElse("no reason") + ")");
    } catch (IOException none) {
      return new Answer(false, "there is no docker command");
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new Answer(false, "the tests are being stopped");
    }
  }
}
