package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.cli.stub.StubCoordinator.Canned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
