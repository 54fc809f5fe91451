package dev.serin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.cli.stub.StubCoordinator.Canned;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SerinTest {
  @Test
  void saysWhereNobodyIsAndWhatToDo() throws Exception {
    StubCoordinator gone = new StubCoordinator();
    gone.close();

    SerinRun run = SerinRun.of(gone, "rollouts", "-o", "json");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            "serin: expected Serin's coordinator at "
                + gone.url()
                + ", found nothing listening there; start it with 'serin standalone', or name"
                + " another with --url or SERIN_URL\n");
    assertThat(run.json().path("exitCode").asInt()).isEqualTo(1);
  }

  @Test
  void takesNothingElseForACoordinator() throws Exception {
    try (StubCoordinator other = new StubCoordinator()) {
      other.answers("GET /api/v1/rollouts", new Canned(200, "text/html", "<h1>It works!</h1>"));
      SerinRun page = SerinRun.of(other, "rollouts");
      other.answers("GET /api/v1/rollouts", new Canned(500, "text/plain", "oops"));
      SerinRun broken = SerinRun.of(other, "rollouts");
      other.answers("GET /api/v1/rollouts", new Canned(200, "application/json", "[{\"a\":1}]"));
      SerinRun strange = SerinRun.of(other, "rollouts");

      assertThat(page.code()).isEqualTo(1);
      assertThat(page.err()).contains("found status 200 with a body that is no JSON");
      assertThat(broken.code()).isEqualTo(1);
      assertThat(broken.err()).contains("found status 500 without problem details");
      assertThat(strange.code()).isEqualTo(1);
      assertThat(strange.err()).contains("expected a rollout's state from " + other.url());
    }
  }

  @Test
  void endsBadUsageWithTwoAndNamesWhatIsWrong() throws Exception {
    try (StubCoordinator stub = new StubCoordinator()) {
      SerinRun unknown = SerinRun.of(stub, "relaese", "x");
      SerinRun missing = SerinRun.of(stub, "release", "x", "-o", "json");
      SerinRun form = SerinRun.of(stub, "rollouts", "-o", "xml");

      assertThat(unknown.code()).isEqualTo(2);
      assertThat(unknown.err()).contains("'relaese'").contains("see 'serin --help'");
      assertThat(missing.code()).isEqualTo(2);
      assertThat(missing.json().path("detail").asString())
          .contains("--artifact")
          .contains("--version");
      assertThat(form.code()).isEqualTo(2);
      assertThat(form.err()).contains("text, json");
    }
    SerinRun address = SerinRun.start("ftp://nowhere", Instant.EPOCH, "", "rollouts");
    assertThat(address.code()).isEqualTo(2);
    assertThat(address.err()).contains("expected an address such as http://127.0.0.1:7070");
  }

  @Test
  void prefersTheFlagToTheVariable() throws Exception {
    try (StubCoordinator stub = new StubCoordinator()) {
      SerinRun run =
          SerinRun.start(
              "http://127.0.0.1:1", Instant.EPOCH, "", "rollouts", "--url", stub.url() + "/");

      assertThat(run.code()).isZero();
    }
  }

  @Test
  void helpsWithEachCommand() throws Exception {
    try (StubCoordinator stub = new StubCoordinator()) {
      SerinRun all = SerinRun.of(stub, "--help");
      assertThat(all.code()).isZero();
      for (String command :
          new String[] {
            "release", "status", "watch", "rollouts", "abort", "services", "events", "standalone"
          }) {
        assertThat(all.out()).contains("  " + command + " ");
      }
      assertThat(SerinRun.of(stub, "help", "services", "apply").out()).contains("--file=FILE");
      assertThat(SerinRun.of(stub, "help", "dance").code()).isEqualTo(2);
      assertThat(SerinRun.of(stub, "--version").out()).startsWith("serin ");
    }
  }

  @Test
  void rehearsesForTheLauncherWithoutAWord() throws Exception {
    SerinRun run = SerinRun.start("http://127.0.0.1:1", Instant.EPOCH, "", "rehearse");

    assertThat(run.code()).isZero();
    assertThat(run.out() + run.err()).isEmpty();
  }
}
