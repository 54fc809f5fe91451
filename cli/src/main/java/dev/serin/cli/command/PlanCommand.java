package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.cli.view.ReleasePlanView;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.ReleasePlan;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Tells what a release, or the rollback of one, would do, its checks run, and changes nothing.
@Command(
    name = "plan",
    abbreviateSynopsis = true,
    description =
        "What 'serin release' with the same words would do: its steps, how long they take, and"
            + " every check, run now. Nothing is changed. The exit code is 5 where a check is red:"
            + " the release would be rejected. 'serin plan SERVICE --rollback' tells what 'serin"
            + " rollback SERVICE' would do.")
public final class PlanCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private final Asking asking = new Asking();

  @Mixin private final ReleaseOptions options = new ReleaseOptions();

  @Option(
      names = "--rollback",
      description = "plans 'serin rollback SERVICE', the way back of what completed last")
  private boolean rollback;

  @Spec private CommandSpec spec = CommandSpec.create();

  public PlanCommand(Session session) {
    this.session = session;
  }

  /// The options of a release that were given.
  private List<String> ofRelease() {
    Set<String> names =
        Objects.requireNonNull(spec.mixins().get("options")).options().stream()
            .map(OptionSpec::longestName)
            .collect(Collectors.toSet());
    return spec.commandLine().getParseResult().matchedOptions().stream()
        .map(OptionSpec::longestName)
        .filter(names::contains)
        .toList();
  }

  @Override
  public Integer call() {
    JsonNode request =
        rollback
            ? options.rollback(session, asking, ofRelease())
            : options.request(session, asking);
    JsonNode json = session.body(session.coordinator().plan(request));
    ReleasePlan plan = plan(json);
    if (session.isJson()) {
      session.print(json);
    } else {
      session.print(ReleasePlanView.lines(plan, session.marks(), session.width()));
    }
    return (plan.problems().isEmpty() ? ExitCode.DONE : ExitCode.REJECTED).number();
  }

  private ReleasePlan plan(JsonNode json) {
    try {
      return Json.mapper().treeToValue(json, ReleasePlan.class);
    } catch (JacksonException wrong) {
      throw new CommandFailed(
          ExitCode.FAILED,
          "expected a plan from "
              + session.coordinator().base()
              + ", found something else ("
              + wrong.getOriginalMessage()
              + "); is the coordinator of the same version?");
    }
  }
}
