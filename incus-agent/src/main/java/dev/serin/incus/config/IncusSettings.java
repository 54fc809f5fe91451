package dev.serin.incus.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What the incus-agent is told by its configuration.
///
/// @param servers the Incus (or LXD) servers by the names that nodes call their `host`; the one on
///   this machine as `default` where none is given
/// @param settle how long a restarted process must live to count as up, 0 to 60 s; it adds to the
///   time that a rollback takes, and the health check that follows sees a later end too
/// @param restartWithin how long a unit's stop and start may take together, 1 s to 1 h; a stop
///   alone may take 90 s by systemd's default
/// @param filesFrom the directory below which further files of releases may lie that name a `file:`
///   address on this machine; none where none is given: whoever may publish a request could else
///   have any file that this process can read
/// @param downloads where artifacts fetched over HTTP are kept; `artifacts` in `serin.data` where
///   none is given
@ConfigurationProperties("serin.incus")
public record IncusSettings(
    @DefaultValue Map<String, Server> servers,
    @DefaultValue("500ms") Duration settle,
    @DefaultValue("3m") Duration restartWithin,
    @Nullable Path filesFrom,
    @Nullable Path downloads) {
  static final Server LOCAL =
      new Server("unix:/var/lib/incus/unix.socket", "default", null, null, null);

  /// One server.
  ///
  /// @param url `unix:/path` or `https://host:port`
  /// @param project the project whose instances are driven
  /// @param clientCert a PEM file, for HTTPS
  /// @param clientKey a PEM file, for HTTPS
  /// @param serverCert a PEM file: the one certificate that the server may show
  public record Server(
      @DefaultValue("") String url,
      @DefaultValue("default") String project,
      @Nullable Path clientCert,
      @Nullable Path clientKey,
      @Nullable Path serverCert) {
    /// What is wrong with the settings at this place.
    List<String> problems(String name) {
      String at = "serin.incus.servers." + name + ".";
      List<String> problems = new ArrayList<>();
      if (url.startsWith("https://")) {
        required(problems, at + "client-cert", clientCert);
        required(problems, at + "client-key", clientKey);
        required(problems, at + "server-cert", serverCert);
      } else if (!url.startsWith("unix:/")) {
        problems.add(
            at + "url: expected unix:/path or https://host:port, was '" + withoutUser(url) + "'");
      }
      if (project.isBlank()) {
        problems.add(at + "project: expected a project's name, was empty");
      }
      return problems;
    }

    private static void required(List<String> problems, String key, @Nullable Path file) {
      if (file == null) {
        problems.add(key + ": expected a PEM file for an https url, is missing");
      }
    }

    private static String withoutUser(String url) {
      return url.substring(url.indexOf('@') + 1);
    }
  }

  public IncusSettings {
    servers = servers.isEmpty() ? Map.of("default", LOCAL) : Map.copyOf(servers);
    List<String> problems = new ArrayList<>();
    servers.forEach((name, server) -> problems.addAll(server.problems(name)));
    between(problems, "settle", settle, Duration.ZERO, Duration.ofSeconds(60));
    between(problems, "restart-within", restartWithin, Duration.ofSeconds(1), Duration.ofHours(1));
    if (filesFrom != null && !filesFrom.isAbsolute()) {
      problems.add(
          "serin.incus.files-from: expected the absolute path of a directory, was " + filesFrom);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  private static void between(
      List<String> problems, String key, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      problems.add("serin.incus." + key + ": expected " + least + " to " + most + ", was " + value);
    }
  }
}
