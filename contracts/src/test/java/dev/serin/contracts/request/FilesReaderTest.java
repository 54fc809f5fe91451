package dev.serin.contracts.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request.ReleaseRequested;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The further files of a release, as somebody asks for them.
class FilesReaderTest {
  private static final String DIGEST = "0123456789abcdef".repeat(4);

  private static Parsed<Request> read(String files) {
    return RequestReader.read(
        Json.mapper()
            .readTree(
                ("{'type': 'release-requested', 'requestId': 'r1', 'service': 'api', 'version':"
                        + " 'v2', 'artifact': {'uri': 'file:/srv/api', 'sha256': '"
                        + DIGEST
                        + "'}, 'files': "
                        + files
                        + "}")
                    .replace('\'', '"')));
  }

  private static String file(String path, String more) {
    return "{'path': '"
        + path
        + "', 'artifact': {'uri': 'file:/srv/env', 'sha256': '"
        + DIGEST
        + "'}"
        + more
        + "}";
  }

  private static List<ReleaseFile> valid(String files) {
    return switch (read(files)) {
      case Parsed.Valid<Request>(Request request) -> ((ReleaseRequested) request).files();
      case Parsed.Invalid<Request>(List<String> problems) ->
          throw new AssertionError(String.join("\n", problems));
    };
  }

  private static List<String> problems(String files) {
    return read(files) instanceof Parsed.Invalid<Request>(List<String> problems)
        ? problems
        : List.of();
  }

  @Test
  void haveAnOwnerAndAModeThatShowNothingToOthers() {
    Artifact content = new Artifact("file:/srv/env", DIGEST);
    assertThat(valid("[" + file("/etc/api/env", "") + "]"))
        .containsExactly(new ReleaseFile("/etc/api/env", content, "root", "root", "0640"));
    assertThat(valid("[" + file("/e", ", 'uid': 7, 'gid': 'api', 'mode': '444'") + "]"))
        .containsExactly(new ReleaseFile("/e", content, "7", "api", "0444"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env",
        "/",
        "/etc/",
        "/etc//env",
        "/etc/./env",
        "/etc/../shadow",
        "/opt/api/.serin/api-1",
        "/opt/.serin"
      })
  void havePathsThatAreWhatTheySay(String path) {
    assertThat(problems("[" + file(path, "") + "]"))
        .singleElement()
        .asString()
        .startsWith("files[0].path: expected");
  }

  @Test
  void havePathsThatLeaveRoomForANameBesideThem() {
    assertThat(problems("[" + file("/etc/" + "a".repeat(250), "") + "]")).hasSize(1);
    assertThat(problems("[" + file("/etc" + "/abc".repeat(300), "") + "]")).hasSize(1);
    assertThat(problems("[" + file("/etc/" + "ü".repeat(101), "") + "]"))
        .singleElement()
        .asString()
        .contains("at most 1000 bytes and 200 in its last name");
    assertThat(valid("[" + file("/etc/" + "ü".repeat(100), "") + "]")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"4755", "2755", "1777", "0666", "0642", "0777", "rw-", "64"})
  void haveModesThatGiveNothingAway(String mode) {
    assertThat(problems("[" + file("/etc/env", ", 'mode': '" + mode + "'") + "]"))
        .singleElement()
        .asString()
        .startsWith("files[0].mode: expected three octal digits");
  }

  @Test
  void areNamedOnceAndAreFew() {
    assertThat(problems("[" + file("/etc/env", "") + "," + file("/etc/env", "") + "]"))
        .containsExactly("files[1].path: expected each path once, found /etc/env once more");
    List<String> many = new ArrayList<>();
    for (int at = 0; at <= ReleaseFile.MOST; at++) {
      many.add(file("/etc/env" + at, ""));
    }
    assertThat(problems(many.toString()))
        .containsExactly("files: expected at most 20 files, found 21");
  }

  @Test
  void needAPathAndAnArtifact() {
    assertThat(problems("[{}]"))
        .containsExactly(
            "files[0].path: expected an absolute path, is missing",
            "files[0].artifact: expected an object with fields, is missing");
  }

  /// What is compared on a node is the number as it is printed there.
  @ParameterizedTest
  @ValueSource(strings = {"00", "0001001", "4294967295", "9999999999", "-1"})
  void haveOwnersWhoseNumberIsWrittenInOneWayOnly(String owner) {
    assertThat(problems("[" + file("/etc/api/env", ", 'uid': '" + owner + "'") + "]"))
        .singleElement()
        .asString()
        .startsWith("files[0].uid: expected a user's number or name, found '" + owner + "'");
  }

  @Test
  void areNoFilesThatLieOnANode() {
    assertThat(
            problems(
                "[" + file("/etc/api/env", "").replace("file:/srv/env", "node:/etc/shadow") + "]"))
        .containsExactly(
            "files[0].artifact.uri: expected a further file from elsewhere than the node, found"
                + " 'node:/etc/shadow'");
  }
}
