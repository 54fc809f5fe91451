package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rescue.SheetHead;
import dev.serin.coordinator.rescue.RescueFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whose rescue sheets are whose, where several coordinators run.
class RescueFilesTest {
  private static final Instant LATER = Story.NOON.plusSeconds(300);

  private final Story story = rollout(canaryThenPeers("b2", "b1")).until("push b2");
  private Instant now = Story.NOON;

  @TempDir private Path directory = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void name() {
    file = directory.resolve(Services.NAME + ".sh");
  }

  private RescueFiles files() {
    return new RescueFiles(directory, Story.STORE, () -> now, "one");
  }

  private String written(Instant asOf, @Nullable Instant letGoAt) {
    return new SheetHead(asOf, "one", letGoAt).on(story.sheet());
  }

  @Test
  void sayWhenTheyWereWrittenAndByWhom() {
    RescueFiles files = files();
    files.changed(story.ledger());
    assertThat(file)
        .content()
        .contains("\n# As of 2026-11-20T12:00:00Z, written by coordinator one.\n");

    now = LATER;
    files.changed(story.ledger());
    assertThat(file).as("nothing new").hasContent(written(Story.NOON, null));
    assertThat(files.read(Services.NAME)).contains(written(Story.NOON, null));

    story.until("restart b2");
    files.changed(story.ledger());
    assertThat(file).hasContent(written(LATER, null));
    assertThat(files.read(Services.NAME)).contains(written(LATER, null));
  }

  @Test
  void thoseOfAServiceThatIsLeftAreServedNoMoreAndStayOnTheDiskWithSinceWhen() {
    RescueFiles files = files();
    files.changed(story.ledger());
    now = LATER;
    files.left(Services.NAME);

    assertThat(files.read(Services.NAME)).isEmpty();
    assertThat(file).hasContent(written(Story.NOON, LATER));

    now = LATER.plusSeconds(60);
    files.left(Services.NAME);
    assertThat(file).hasContent(written(Story.NOON, LATER));
  }

  @Test
  void areWrittenAnewWhenTheServiceComesBack() {
    RescueFiles files = files();
    files.changed(story.ledger());
    files.left(Services.NAME);
    now = LATER;
    files.changed(story.ledger());

    assertThat(file).hasContent(written(LATER, null));
    assertThat(files.read(Services.NAME)).contains(written(LATER, null));
  }

  @Test
  void goWhereTheRolloutWasOverWhenTheServiceCameBack() {
    RescueFiles files = files();
    files.changed(story.ledger());
    files.left(Services.NAME);
    files.changed(Ledger.empty(Services.NAME));

    assertThat(file).doesNotExist();
  }

  @Test
  void areNotMadeForAServiceWithoutARolloutThatIsLeft() {
    RescueFiles files = files();
    files.changed(Ledger.empty(Services.NAME));
    files.left(Services.NAME);
    files.left("somebody-elses");

    assertThat(directory).isEmptyDirectory();
  }

  /// It may have been killed, and another one gone on.
  @Test
  void thoseOfAnEarlierLifeSayThatTheyWereLeft() throws IOException {
    files().changed(story.ledger());
    Path old = Files.writeString(directory.resolve("old.sh"), "#!/bin/sh\n# no head\n");
    Path lost = Files.writeString(directory.resolve("web.lost.sh"), written(Story.NOON, null));
    now = LATER;
    RescueFiles after = files();
    after.begin();

    assertThat(file).hasContent(written(Story.NOON, LATER));
    assertThat(after.read(Services.NAME)).isEmpty();
    assertThat(old).hasContent("#!/bin/sh\n# no head\n");
    assertThat(lost).as("nobody goes on there").hasContent(written(Story.NOON, null));

    now = LATER.plusSeconds(60);
    files().begin();
    assertThat(file).as("since when it is left").hasContent(written(Story.NOON, LATER));
  }

  @Test
  void oneOfALostRecordIsServedOnlyByWhoeverHasTheService() {
    RescueFiles files = files();
    files.changed(story.ledger());
    files.left(Services.NAME);
    files.lost(Services.NAME);
    assertThat(files.read(Services.NAME).orElseThrow()).contains("As of " + Story.NOON);

    files.left(Services.NAME);
    assertThat(files.read(Services.NAME)).isEmpty();
    assertThat(directory.resolve(Services.NAME + ".lost.sh")).exists();
  }
}
