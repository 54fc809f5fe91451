package dev.serin.incus.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.json.Json;
import dev.serin.incus.rest.IncusServer;
import dev.serin.incus.rest.Unreachable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real Incus over HTTPS. The server listens for the length of a test, and is left as it was.
@Tag("lab")
class HttpsIT {
  private static final String ADDRESS = "core.https_address";

  @TempDir Path directory;
  private String before;
  private String address;
  private String fingerprint;

  @BeforeEach
  void listen() throws IOException {
    before = incus("config", "get", ADDRESS).strip();
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = "127.0.0.1:" + free.getLocalPort();
    }
    incus("config", "set", ADDRESS, address);
    certificate("client");
    certificate("stranger");
    incus(
        "config", "trust", "add-certificate", file("client.crt").toString(), "--name", "serin-it");
    fingerprint =
        Json.mapper()
            .readTree(incus("config", "trust", "list", "--format=json"))
            .valueStream()
            .filter(one -> one.path("name").asString("").equals("serin-it"))
            .map(one -> one.path("fingerprint").asString(""))
            .findFirst()
            .orElseThrow();
    String pem =
        Json.mapper()
            .readTree(incus("query", "/1.0"))
            .path("environment")
            .path("certificate")
            .asString();
    Files.writeString(file("server.crt"), pem);
  }

  @AfterEach
  void stopListening() {
    incus("config", "trust", "remove", fingerprint);
    if (before.isEmpty()) {
      incus("config", "unset", ADDRESS);
    } else {
      incus("config", "set", ADDRESS, before);
    }
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  /// As Incus's own client makes it.
  private void certificate(String name) {
    run(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:secp384r1",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=" + name,
        "-keyout",
        file(name + ".pk8").toString(),
        "-out",
        file(name + ".crt").toString());
    run(
        "openssl",
        "ec",
        "-in",
        file(name + ".pk8").toString(),
        "-out",
        file(name + ".key").toString());
  }

  private Wires wires(String client, String server) {
    return new Wires(
        Map.of(
            "far",
            new IncusSettings.Server(
                "https://" + address,
                "default",
                file(client + ".crt"),
                file(client + ".key"),
                file(server + ".crt"))));
  }

  @Test
  void aTrustedClientIsServed() throws Exception {
    assertThat(Files.readString(file("client.key"))).contains("BEGIN EC PRIVATE KEY");
    try (Wires wires = wires("client", "server")) {
      IncusServer server = wires.servers().getFirst();
      assertThat(server.instances()).isNotNull();
      assertThat(server.status("serin-it-none")).isEmpty();
    }
  }

  @Test
  void aClientThatIsNotTrustedIsRefused() {
    try (Wires wires = wires("stranger", "server")) {
      assertThatThrownBy(() -> wires.servers().getFirst().instances())
          .isInstanceOfSatisfying(
              Unreachable.class, refusing -> assertThat(refusing.isDistrusting()).isTrue())
          .hasMessageContaining("not authorized");
    }
  }

  @Test
  void aServerWithAnotherCertificateIsNotSpokenTo() {
    try (Wires wires = wires("client", "stranger")) {
      assertThatThrownBy(() -> wires.servers().getFirst().instances())
          .isInstanceOf(Unreachable.class)
          .hasMessageContaining("another certificate than the one in server-cert");
    }
  }

  private static String incus(String... arguments) {
    List<String> command = new java.util.ArrayList<>(List.of("incus"));
    command.addAll(List.of(arguments));
    return run(command.toArray(String[]::new));
  }

  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(List.of(command) + ": " + output);
      }
      return output;
    } catch (IOException notRun) {
      throw new java.io.UncheckedIOException(notRun);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError(stopped);
    }
  }
}
