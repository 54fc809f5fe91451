package dev.serin.cli.command;

import dev.serin.cli.CommandFailed;
import dev.serin.cli.ExitCode;
import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The further files that a release brings. Their content is read for its digest and sent to the
/// store, which keeps it for the agents alone, and is never shown. It is sent even to a coordinator
/// on this machine: an incus-agent takes further files from no `file:` address by itself.
final class FileOptions {
  private static final Set<String> WORDS = Set.of("mode", "uid", "gid", "sha256");

  @Option(
      names = "--file",
      paramLabel = "PATH=FILE[,mode=M][,uid=U][,gid=G]",
      description =
          "a further file, installed at PATH and rolled back together with the binary: an"
              + " environment file, a unit (mode 0640, owner root); the service allows paths in"
              + " install.files; of a URI its sha256=DIGEST too")
  private List<String> files = List.of();

  /// How a file of this machine reaches the fleet.
  interface Way {
    Artifact sent(Artifact local);
  }

  /// @param request which they are added to
  void addTo(ObjectNode request, Way way) {
    if (files.isEmpty()) {
      return;
    }
    if (files.size() > ReleaseFile.MOST) {
      throw usage("at most " + ReleaseFile.MOST + " files", String.valueOf(files.size()));
    }
    Set<String> paths = new HashSet<>();
    ArrayNode list = request.putArray("files");
    for (String words : files) {
      add(list.addObject(), words, paths, way);
    }
  }

  private static void add(ObjectNode file, String words, Set<String> paths, Way way) {
    int equals = words.indexOf('=');
    String path = equals < 0 ? words : words.substring(0, equals);
    if (equals < 0 || !Check.isPlainPath(path)) {
      throw usage(
          "PATH=FILE, with an absolute PATH without '.', '..', '//' or '.serin'",
          "'" + Check.printable(words) + "'");
    }
    if (!paths.add(path)) {
      throw usage("each path once", path + " twice");
    }
    String rest = words.substring(equals + 1);
    Map<String, String> more = new TreeMap<>();
    // From the end, since a file's name may have a comma.
    for (int comma = rest.lastIndexOf(','); comma >= 0; comma = rest.lastIndexOf(',')) {
      int sign = rest.indexOf('=', comma);
      if (sign < 0 || !WORDS.contains(rest.substring(comma + 1, sign))) {
        break;
      }
      more.put(rest.substring(comma + 1, sign), rest.substring(sign + 1));
      rest = rest.substring(0, comma);
    }
    String sha256 = more.remove("sha256");
    Artifact local = LocalArtifact.of("--file", rest, "sha256=DIGEST", sha256);
    boolean isFile = LocalArtifact.isFile(rest);
    if (isFile) {
      check(local);
    }
    file.put("path", path);
    file.set("artifact", Json.mapper().<JsonNode>valueToTree(isFile ? way.sent(local) : local));
    more.forEach(file::put);
  }

  private static void check(Artifact local) {
    Path file = Path.of(URI.create(local.uri()));
    try {
      if (Files.size(file) > ReleaseFile.LARGEST_BYTES) {
        throw usage(
            "at most " + ReleaseFile.LARGEST_BYTES + " bytes, since files are for settings",
            Files.size(file) + " in " + file);
      }
    } catch (IOException gone) {
      throw usage("a file that can be read", file.toString());
    }
  }

  private static CommandFailed usage(String expected, String found) {
    return new CommandFailed(ExitCode.USAGE, "--file: expected " + expected + ", found " + found);
  }
}
