package dev.serin.cli.command;

import java.io.PrintStream;

/// What is done and said when the command is ended from outside: Ctrl-C, a closed terminal, a kill.
/// The JVM then ends with 128 and the signal's number, as shells expect.
final class Departure implements AutoCloseable {
  private final Thread hook;

  /// @param first gives back what the command holds
  /// @param err where the sentence is said to the person after that
  Departure(Runnable first, PrintStream err, String sentence) {
    this.hook =
        new Thread(() -> {
          first.run();
          err.println();
          err.println("serin: " + sentence);
          err.flush();
        });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyLeaving) {
      // The hook is running: it has the last word.
    }
  }
}
