package dev.serin.cli;

import dev.serin.cli.command.AnalyseCommand;
import dev.serin.cli.command.CheckMigrationsCommand;
import dev.serin.cli.command.DltCommand;
import dev.serin.cli.command.EventsCommand;
import dev.serin.cli.command.FreezingCommand;
import dev.serin.cli.command.HelpCommand;
import dev.serin.cli.command.PlanCommand;
import dev.serin.cli.command.RehearseCommand;
import dev.serin.cli.command.ReleaseCommand;
import dev.serin.cli.command.RescueCommand;
import dev.serin.cli.command.RestartCommand;
import dev.serin.cli.command.RolloutsCommand;
import dev.serin.cli.command.SerinCommand;
import dev.serin.cli.command.ServicesCommand;
import dev.serin.cli.command.Session;
import dev.serin.cli.command.StatusCommand;
import dev.serin.cli.command.SteeringCommand;
import dev.serin.cli.command.WatchCommand;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;

/// The `serin` command.
public final class Serin {
  private Serin() {}

  public static void main(String[] arguments) {
    System.exit(run(Surroundings.ofThisProcess(), arguments));
  }

  /// Runs one command and returns its exit code.
  public static int run(Surroundings surroundings, String... arguments) {
    Session session = new Session(surroundings);
    CommandLine serin =
        new CommandLine(new SerinCommand(session))
            .addSubcommand(new ReleaseCommand(session))
            .addSubcommand(new PlanCommand(session))
            .addSubcommand(new RestartCommand(session))
            .addSubcommand(new AnalyseCommand(session))
            .addSubcommand(new StatusCommand(session))
            .addSubcommand(new WatchCommand(session))
            .addSubcommand(new RolloutsCommand(session))
            .addSubcommand(new SteeringCommand.Abort(session))
            .addSubcommand(new SteeringCommand.Promote(session))
            .addSubcommand(new SteeringCommand.Pause(session))
            .addSubcommand(new SteeringCommand.Resume(session))
            .addSubcommand(new SteeringCommand.Retry(session))
            .addSubcommand(new SteeringCommand.Rollback(session))
            .addSubcommand(new SteeringCommand.HandsOff(session))
            .addSubcommand(new SteeringCommand.HandsOn(session))
            .addSubcommand(new FreezingCommand.Freeze(session))
            .addSubcommand(new FreezingCommand.Unfreeze(session))
            .addSubcommand(new ServicesCommand(session))
            .addSubcommand(new CheckMigrationsCommand(session))
            .addSubcommand(new EventsCommand(session))
            .addSubcommand(new DltCommand(session))
            .addSubcommand(new RescueCommand(session))
            .addSubcommand(new HelpCommand())
            .addSubcommand(new RehearseCommand(session))
            .setOut(new PrintWriter(surroundings.out(), true, surroundings.charset()))
            .setErr(new PrintWriter(surroundings.err(), true, surroundings.charset()))
            .setColorScheme(
                CommandLine.Help.defaultColorScheme(surroundings.colour() ? Ansi.ON : Ansi.OFF))
            .setParameterExceptionHandler((wrong, words) -> misused(session, wrong, words))
            .setExecutionExceptionHandler((thrown, command, parsed) -> failed(session, thrown));
    return serin.execute(arguments);
  }

  private static int misused(Session session, ParameterException wrong, String[] words) {
    CommandLine command = wrong.getCommandLine();
    if (wantsJson(words)) {
      command.getCommandSpec().root().commandLine().parseArgs("-o", "json");
    }
    String sentence = wrong.getMessage() == null ? "bad usage" : wrong.getMessage();
    session.failed(new CommandFailed(ExitCode.USAGE, sentence));
    CommandLine.UnmatchedArgumentException.printSuggestions(wrong, command.getErr());
    command.getErr().println("see '" + command.getCommandSpec().qualifiedName() + " --help'");
    return ExitCode.USAGE.number();
  }

  /// What was parsed before the mistake is unknown, so the words themselves are looked at.
  private static boolean wantsJson(String[] words) {
    List<String> all = List.of(words);
    int flag = Math.max(all.indexOf("-o"), all.indexOf("--output"));
    return all.contains("-ojson")
        || all.contains("-o=json")
        || all.contains("--output=json")
        || (flag >= 0 && flag + 1 < all.size() && all.get(flag + 1).equals("json"));
  }

  private static int failed(Session session, Exception thrown) throws Exception {
    if (thrown instanceof CommandFailed failure) {
      session.failed(failure);
      return failure.code().number();
    }
    throw thrown;
  }
}
