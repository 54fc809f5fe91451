package dev.serin.lab.drill;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Starts and stops instances over the Incus API's unix socket, the real daemon's or the
/// stand-in's.
final class Instances {

  private final Path socket;

  Instances(Path socket) {
    this.socket = socket;
  }

  /// Kills the instance, as a power cut would.
  void stopWithForce(String name) throws IOException, InterruptedException {
    changeState(name, "{\"action\": \"stop\", \"force\": true, \"timeout\": 20}");
  }

  void start(String name) throws IOException, InterruptedException {
    changeState(name, "{\"action\": \"start\", \"timeout\": 30}");
  }

  private void changeState(String name, String body) throws IOException, InterruptedException {
    String answer = curl("-X", "PUT", "-d", body, "http://incus/1.0/instances/" + name + "/state");
    int start = answer.indexOf("/1.0/operations/");
    if (start < 0) {
      throw new IOException("expected an operation of Incus for " + name + ", was " + answer);
    }
    String operation = answer.substring(start, answer.indexOf('"', start)).split("\\?", 2)[0];
    String done = curl("http://incus" + operation + "/wait?timeout=30");
    if (!done.replace(" ", "").contains("\"status_code\":200,\"")
        || done.contains("\"status\":\"Failure\"")) {
      throw new IOException("expected " + body + " of " + name + " to succeed, was " + done);
    }
  }

  /// curl: the JDK's HTTP client speaks no unix sockets.
  private String curl(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 6];
    System.arraycopy(
        new String[] {"curl", "-sS", "--max-time", "60", "--unix-socket", socket.toString()},
        0,
        command,
        0,
        6);
    System.arraycopy(arguments, 0, command, 6, arguments.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("expected Incus to answer on " + socket + ", was " + output.strip());
    }
    return output;
  }
}
