package dev.serin.incus.config;

import dev.serin.incus.http.JettyWire;
import dev.serin.incus.http.PinnedTls;
import dev.serin.incus.rest.IncusServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemContent;

/// The open wires to the servers that the settings name.
public final class Wires implements AutoCloseable {
  private final List<JettyWire> open = new ArrayList<>();
  private final List<IncusServer> servers = new ArrayList<>();

  public Wires(Map<String, IncusSettings.Server> settings) {
    settings.forEach((name, server) -> {
      JettyWire wire = wire(name, server);
      open.add(wire);
      servers.add(new IncusServer(name, server.project(), wire, client(name, server)));
    });
  }

  List<IncusServer> servers() {
    return List.copyOf(servers);
  }

  private static IncusServer.Client client(String name, IncusSettings.Server server) {
    if (!server.url().startsWith("unix:")) {
      return new IncusServer.Client("incus", name + ":");
    }
    String socket = server.url().substring("unix:".length());
    return new IncusServer.Client(
        IncusSettings.LOCAL.url().equals(server.url())
            ? "incus"
            : "INCUS_SOCKET=" + socket + " incus",
        "");
  }

  private static JettyWire wire(String name, IncusSettings.Server server) {
    if (server.url().startsWith("unix:")) {
      return JettyWire.unix(name, Path.of(server.url().substring("unix:".length())));
    }
    String at = "serin.incus.servers." + name + ".";
    List<X509Certificate> chain = certificates(at + "client-cert", server.clientCert());
    PrivateKey key = key(at + "client-key", server.clientKey());
    X509Certificate pinned = certificates(at + "server-cert", server.serverCert()).getFirst();
    return JettyWire.https(name, URI.create(server.url()), PinnedTls.context(chain, key, pinned));
  }

  private static List<X509Certificate> certificates(String setting, @Nullable Path file) {
    List<X509Certificate> certificates = read(setting, file, PemContent::getCertificates);
    if (certificates.isEmpty()) {
      throw unreadable(setting, file, "no certificate");
    }
    return certificates;
  }

  private static PrivateKey key(String setting, @Nullable Path file) {
    return read(setting, file, PemContent::getPrivateKey);
  }

  private interface Part<T> {
    @Nullable T of(PemContent content);
  }

  private static <T> T read(String setting, @Nullable Path file, Part<T> part) {
    if (file == null) {
      throw unreadable(setting, file, "none");
    }
    try {
      PemContent content = PemContent.of(Files.readString(file));
      T found = content == null ? null : part.of(content);
      if (found == null) {
        throw unreadable(setting, file, "something else");
      }
      return found;
    } catch (IOException | IllegalStateException | IllegalArgumentException broken) {
      // Its message may quote what it could not read.
      throw unreadable(setting, file, broken.getClass().getSimpleName());
    }
  }

  private static IllegalArgumentException unreadable(
      String setting, @Nullable Path file, String found) {
    return new IllegalArgumentException(
        setting + ": expected a readable PEM file, found " + found + " at " + file);
  }

  @Override
  public void close() {
    open.forEach(JettyWire::close);
  }
}
