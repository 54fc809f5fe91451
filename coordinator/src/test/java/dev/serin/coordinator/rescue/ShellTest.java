package dev.serin.coordinator.rescue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The scripts that a rescue sheet runs in a node, on files of this machine.
class ShellTest {
  @TempDir Path root;

  private Path folder = Path.of("/");
  private Path file = Path.of("/");
  private Path source = Path.of("/");

  private record Said(int exit, String text) {}

  @BeforeEach
  void settle() throws IOException {
    root = root.toRealPath();
    folder = Files.createDirectory(root.resolve("etc"));
    file = folder.resolve("env");
    source = Files.writeString(root.resolve("source"), "A=2");
  }

  private static String sha(String content) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Said run(String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-euc", script, "sh"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Said(process.waitFor(), text.strip());
  }

  private Said place(String other) throws IOException, InterruptedException {
    String owner =
        Files.getAttribute(root, "unix:uid") + ":" + Files.getAttribute(root, "unix:gid");
    return run(
        Shell.PLACE_FILE, file.toString(), sha("A=2"), other, source.toString(), owner, "0640");
  }

  private Said remove(String other) throws IOException, InterruptedException {
    return run(Shell.REMOVE_FILE, file.toString(), "-", other);
  }

  private void nothingBeside() throws IOException {
    try (var all = Files.list(folder)) {
      assertThat(all.filter(it -> !it.equals(file))).isEmpty();
    }
  }

  @Test
  void aFileGetsItsContentAndMode() throws IOException, InterruptedException {
    Files.writeString(file, "A=1");
    assertThat(place(sha("A=1"))).isEqualTo(new Said(0, ""));
    assertThat(file).hasContent("A=2");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    nothingBeside();
    assertThat(place(sha("A=1"))).as("and again").isEqualTo(new Said(0, ""));
    assertThat(file).hasContent("A=2");
  }

  @Test
  void aFileThatWasNotThereIsMadeAndRemoved() throws IOException, InterruptedException {
    assertThat(place("-")).isEqualTo(new Said(0, ""));
    assertThat(file).hasContent("A=2");
    assertThat(remove(sha("A=2"))).isEqualTo(new Said(0, ""));
    assertThat(file).doesNotExist();
    assertThat(remove(sha("A=2"))).as("and again").isEqualTo(new Said(0, ""));
  }

  @Test
  void aPersonsFileIsLeftAlone() throws IOException, InterruptedException {
    Files.writeString(file, "A=mine");
    for (Said said : List.of(place(sha("A=1")), place("-"), remove(sha("A=2")))) {
      assertThat(said.exit()).isNotZero();
      assertThat(said.text()).contains("see whose it is");
    }
    assertThat(file).hasContent("A=mine");
    nothingBeside();
  }

  @Test
  void aLinkIsNotFollowed() throws IOException, InterruptedException {
    Path others = Files.writeString(root.resolve("others"), "A=1");
    Files.createSymbolicLink(file, others);
    assertThat(place(sha("A=1")).text()).isEqualTo(file + " is not a file");
    assertThat(remove(sha("A=1")).text()).isEqualTo(file + " is not a file");
    assertThat(others).hasContent("A=1");
  }

  @Test
  void aFolderThatBecameALinkIsNotEntered() throws IOException, InterruptedException {
    Files.move(folder, root.resolve("moved"));
    Files.createSymbolicLink(folder, root.resolve("moved"));
    assertThat(place("-").text()).isEqualTo(folder + " is a link");
    assertThat(root.resolve("moved")).isEmptyDirectory();
  }

  @Test
  void nothingIsPlacedWhereItsContentIsAnother() throws IOException, InterruptedException {
    Files.writeString(file, "A=1");
    Files.writeString(source, "A=3");
    assertThat(place(sha("A=1")).text()).isEqualTo(source + " has not SHA-256 " + sha("A=2"));
    assertThat(file).hasContent("A=1");
  }

  @Test
  void whatIsKeptIsWhatPreflightFound() throws IOException, InterruptedException {
    Path held = root.resolve("held");
    Path kept = held.resolve("kept");
    String[] arguments = {held.toString(), file.toString(), sha("A=1"), kept.toString()};
    Files.writeString(file, "A=mine");
    assertThat(run(Shell.KEEP_FILE, arguments).exit()).isNotZero();
    assertThat(kept).doesNotExist();
    Files.writeString(file, "A=1");
    assertThat(run(Shell.KEEP_FILE, arguments)).isEqualTo(new Said(0, ""));
    assertThat(kept).hasContent("A=1");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(held)))
        .isEqualTo("rwx------");
  }

  @Test
  void theBinaryThatIsKeptIsWhatPreflightFound() throws IOException, InterruptedException {
    String[] arguments = {folder.toString(), file.getFileName().toString(), sha("A=1")};
    Files.writeString(file, "A=mine");
    assertThat(run(Shell.KEEP, arguments).text()).contains("is not what was there before");
    Files.writeString(file, "A=1");
    assertThat(run(Shell.KEEP, arguments)).isEqualTo(new Said(0, ""));
    assertThat(folder.resolve(".serin/env-" + sha("A=1"))).hasContent("A=1");
  }

  @Test
  void theCommandThatSendsMayBeginWithVariables() throws IOException, InterruptedException {
    Said said =
        run(
            Shell.FUNCTIONS
                + "store=$1 PATH=$1:$PATH\n"
                + "send "
                + sha("A=2")
                + " /from node/to WHERE=here sh -c 'echo \"$WHERE $1 $2\"' sh",
            root.toString());
    assertThat(said).isEqualTo(new Said(0, "here /from node/to"));
  }

  @Test
  void whatTheStoreHasComesFromThere() throws IOException, InterruptedException {
    Path stored = Files.writeString(root.resolve(sha("A=2")), "A=2");
    Said said =
        run(Shell.FUNCTIONS + "store=$1\nsend " + sha("A=2") + " '' node/to echo", root.toString());
    assertThat(said).isEqualTo(new Said(0, stored + " node/to"));
  }

  @Test
  void whatATryLeftBehindGoesWithTheNext() throws IOException, InterruptedException {
    Files.writeString(folder.resolve(".env.serin-abc"), "secret");
    assertThat(place("-")).isEqualTo(new Said(0, ""));
    nothingBeside();
  }
}
