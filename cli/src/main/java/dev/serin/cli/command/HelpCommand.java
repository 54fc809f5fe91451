package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Shows how a command is used.
@Command(name = "help", description = "Shows how serin, or one of its commands, is used.")
public final class HelpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "which one")
  private List<String> words = List.of();

  @Override
  public Integer call() {
    CommandLine command = spec.root().commandLine();
    for (String word : words) {
      CommandLine next = command.getSubcommands().get(word);
      if (next == null) {
        throw new CommandFailed(
            ExitCode.USAGE,
            "expected one of "
                + String.join(", ", command.getSubcommands().keySet())
                + ", found '"
                + word
                + "'");
      }
      command = next;
    }
    command.usage(command.getOut());
    return ExitCode.DONE.number();
  }
}
