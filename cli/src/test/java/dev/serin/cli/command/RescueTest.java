package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.cli.stub.StubCoordinator.Canned;
import dev.serin.contracts.rescue.SheetHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class RescueTest {
  private final StubCoordinator stub = new StubCoordinator();
  @TempDir private Path data = Path.of("");

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(data.resolve("rescue"));
    Files.writeString(data.resolve("rescue/backend-api.sh"), "#!/bin/sh\n# of the file\n");
  }

  @AfterEach
  void stop() {
    stub.close();
  }

  @Test
  void printsTheFileWhenNobodyAnswers() throws Exception {
    stub.goDown();

    SerinRun run = SerinRun.of(stub, "rescue", "backend-api", "--data", data.toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("#!/bin/sh\n# of the file\n");
    stub.comeBack();
  }

  @Test
  void printsTheCoordinatorsOwnWhereItAnswers() throws Exception {
    stub.answers(
        "GET /api/v1/services/backend-api/rescue",
        new Canned(200, "text/x-shellscript", "#!/bin/sh\n# fresh\n"));

    SerinRun run = SerinRun.of(stub, "rescue", "backend-api", "--data", data.toString());

    assertThat(run.out()).isEqualTo("#!/bin/sh\n# fresh\n");
  }

  private static String sheet(String asOf, String writtenBy, @Nullable String letGoAt) {
    return new SheetHead(
            Instant.parse(asOf), writtenBy, letGoAt == null ? null : Instant.parse(letGoAt))
        .on("#!/bin/sh\n# Rescue sheet of backend-api\n# of " + writtenBy + "\n");
  }

  private static final String OLDER = sheet("2026-11-20T14:00:00Z", "one", "2026-11-20T14:01:00Z");
  private static final String NEWER = sheet("2026-11-20T14:02:00Z", "two", null);

  private Path write(String directory, String sheet) throws IOException {
    Path one = data.resolve(directory);
    Files.createDirectories(one.resolve("rescue"));
    Files.writeString(one.resolve("rescue/backend-api.sh"), sheet);
    return one;
  }

  private void serves(String sheet) {
    stub.answers(
        "GET /api/v1/services/backend-api/rescue", new Canned(200, "text/x-shellscript", sheet));
  }

  @Test
  void saysOfAFileHowOldItIsAndThatAnotherCoordinatorMayHaveGoneOn() throws Exception {
    Path one = write("one", OLDER);

    SerinRun run = SerinRun.of(stub, "rescue", "backend-api", "--data", one.toString());

    assertThat(run.out()).isEqualTo(OLDER);
    assertThat(run.err())
        .contains(
            one.resolve("rescue/backend-api.sh")
                + ": as of 2026-11-20T14:00:00Z, written by coordinator one, which let go of it at"
                + " 2026-11-20T14:01:00Z\n")
        .contains("another coordinator may have gone on since");
  }

  @Test
  void printsTheNewestOfSeveralAndNamesTheOthers() throws Exception {
    Path one = write("one", OLDER);
    Path two = write("two", NEWER);

    SerinRun run =
        SerinRun.of(
            stub, "rescue", "backend-api", "--data", one.toString(), "--data", two.toString());
    assertThat(run.out()).isEqualTo(NEWER);
    assertThat(run.err())
        .contains("this is the sheet of " + two.resolve("rescue/backend-api.sh") + ": as of ")
        .contains("older: " + one.resolve("rescue/backend-api.sh") + ": as of ");

    serves(OLDER);
    run = SerinRun.of(stub, "rescue", "backend-api", "--data", two.toString());
    assertThat(run.out()).as("a coordinator may be cut off").isEqualTo(NEWER);
    assertThat(run.err()).contains("older: " + stub.url() + ": as of 2026-11-20T14:00:00Z");

    serves(NEWER);
    run = SerinRun.of(stub, "rescue", "backend-api", "--data", one.toString());
    assertThat(run.out()).isEqualTo(NEWER);
    assertThat(run.err())
        .contains("older: " + one)
        .doesNotContain("another coordinator may have gone on");
  }

  @Test
  void takesTheCoordinatorsOwnWhereTheFileIsTheSameOrNobodyKnowsHowOldOneIs() throws Exception {
    Path two = write("two", NEWER);
    serves(NEWER);
    SerinRun run =
        SerinRun.of(stub, "rescue", "backend-api", "--data", two.toString(), "-o", "json");
    assertThat(run.json().get("from").stringValue()).isEqualTo(stub.url());
    assertThat(run.err()).doesNotContain("older", "left aside");

    serves("#!/bin/sh\n# of a version before\n");
    run = SerinRun.of(stub, "rescue", "backend-api", "--data", two.toString());
    assertThat(run.out()).isEqualTo("#!/bin/sh\n# of a version before\n");
    assertThat(run.err()).contains("left aside, since not both say how old they are: " + two);
  }

  @Test
  void hasTheLastSheetOfALostRecordFromTheDiskToo() throws Exception {
    Files.writeString(data.resolve("rescue/web.lost.sh"), NEWER);

    assertThat(SerinRun.of(stub, "rescue", "web", "--data", data.toString()).out())
        .isEqualTo(NEWER);
  }

  @Test
  void tellsInJsonHowOldItIs() throws Exception {
    Path one = write("one", OLDER);

    JsonNode json =
        SerinRun.of(stub, "rescue", "backend-api", "--data", one.toString(), "-o", "json").json();

    assertThat(json.get("asOf").stringValue()).isEqualTo("2026-11-20T14:00:00Z");
    assertThat(json.get("writtenBy").stringValue()).isEqualTo("one");
    assertThat(json.get("letGoAt").stringValue()).isEqualTo("2026-11-20T14:01:00Z");
    assertThat(json.get("sheet").stringValue()).isEqualTo(OLDER);
  }

  @Test
  void listsHowOldEachIs() throws Exception {
    Path one = write("one", OLDER);
    Path two = write("two", NEWER);

    String[] where = {"rescue", "--data", one.toString(), "--data", two.toString()};
    assertThat(SerinRun.of(stub, where).out())
        .isEqualTo(
            one.resolve("rescue/backend-api.sh")
                + ": as of 2026-11-20T14:00:00Z, written by coordinator one, which let go of it at"
                + " 2026-11-20T14:01:00Z\n"
                + two.resolve("rescue/backend-api.sh")
                + ": as of 2026-11-20T14:02:00Z, written by coordinator two\n");
  }

  @Test
  void saysWhereOneWouldBe() throws Exception {
    SerinRun run = SerinRun.of(stub, "rescue", "web", "--data", data.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("expected a rescue sheet of web")
        .contains(data.resolve("rescue/web.sh").toString());
    assertThat(SerinRun.of(stub, "rescue", "../web", "--data", data.toString()).code())
        .isEqualTo(2);
  }

  @Test
  void listsWhichThereAre() throws Exception {
    assertThat(SerinRun.of(stub, "rescue", "--data", data.toString()).out())
        .isEqualTo(data.resolve("rescue/backend-api.sh") + "\n");
    assertThat(SerinRun.of(stub, "rescue", "--data", data.resolve("none").toString()).out())
        .contains("There is no rescue sheet in");
  }
}
