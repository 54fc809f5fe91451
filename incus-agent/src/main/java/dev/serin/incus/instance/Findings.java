package dev.serin.incus.instance;

import dev.serin.contracts.Check;
import dev.serin.contracts.incus.IncusCommand.InspectInstances;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.artifact.Executable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What a look into one instance means for a rollout.
///
/// @param sha256 the installed binary's digest, where it could be read
/// @param ofInstalling those of the problems that matter only where a binary is to be installed
/// @param ofTheUnit those of the problems that a restart may mend
/// @param rollbackSha256 the digest of what is at the path of a rollback artifact on the node,
///   where it may be told
record Findings(
    @Nullable String sha256,
    List<String> problems,
    List<String> ofInstalling,
    List<String> ofTheUnit,
    List<String> warnings,
    @Nullable String rollbackSha256) {
  /// What stays free beside what is installed.
  private static final long SPARE_BYTES = 4L * 1024 * 1024;

  /// @param artifactBytes the artifact's size; 0 where it is on the node
  /// @param isStored whether the store of artifacts has what a node lacks
  static Findings of(
      InspectInstances command,
      String instance,
      Report report,
      long artifactBytes,
      Predicate<Artifact> isStored) {
    Reading reading =
        new Reading(
            instance, report, isStored, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Install install = command.install();
    reading.binary(install.path());
    reading.previous(install.previous());
    int before = reading.problems().size();
    reading.onNode("artifact", command.artifact());
    reading.onNode("rollback", command.rollbackArtifact());
    reading.space(install, artifactBytes);
    List<String> ofInstalling =
        List.copyOf(reading.problems().subList(before, reading.problems().size()));
    reading.owner(install);
    reading.tools();
    reading.units();
    reading.clock(command.head().fence());
    String sha256 = report.value("binary-digest");
    return new Findings(
        Check.isSha256(sha256) ? sha256 : null,
        reading.problems(),
        ofInstalling,
        reading.ofTheUnit(),
        reading.warnings(),
        rollback(report));
  }

  /// Told for any path of the node that somebody names, so as [Executable] has it: only that of
  /// machine code, or of what is installed anyway.
  private static @Nullable String rollback(Report report) {
    String sha256 = report.value("rollback-digest");
    boolean isTold =
        sha256.equals(report.value("binary-digest"))
            || Executable.toldHex(report.value("rollback-magic"), sha256).equals(sha256);
    return Check.isSha256(sha256) && isTold ? sha256 : null;
  }

  private record Reading(
      String instance,
      Report report,
      Predicate<Artifact> isStored,
      List<String> problems,
      List<String> ofTheUnit,
      List<String> warnings) {
    private void problem(String what, String expected, String found) {
      problems.add(what + " in " + instance + ": expected " + expected + ", found " + found);
    }

    void binary(String path) {
      if (report.has("directory", "missing")) {
        problem(path, "its directory", "none");
        return;
      }
      if (report.has("directory", "read-only")) {
        problem(path, "a directory that can be written to", "a read-only one");
      }
      String kind = report.value("binary");
      if (kind.equals("missing")) {
        problem(path, "a binary to go back to", "none; install the first one by hand");
      } else if (kind.startsWith("link")) {
        problem(path, "a file", "a symbolic link to " + kind.substring("link".length()).strip());
      } else if (!kind.equals("file")) {
        problem(path, "a readable file", kind);
      }
    }

    void previous(@Nullable String path) {
      if (path == null) {
        return;
      }
      String kind = report.value("previous");
      if (report.has("previous-directory", "missing")) {
        problem(path, "its directory", "none");
      } else if (!kind.equals("file") && !kind.equals("missing")) {
        problem(path, "a file or nothing", kind);
      }
    }

    void onNode(String key, @Nullable Artifact artifact) {
      boolean isInstalled =
          artifact != null && artifact.sha256().equals(report.value("binary-digest"));
      if (artifact == null || !report.has(key) || isInstalled) {
        return;
      }
      String what = key.equals("artifact") ? "the artifact" : "the rollback artifact";
      boolean there =
          report.has(key, "file") && report.value(key + "-digest").equals(artifact.sha256());
      if (!there && isStored.test(artifact)) {
        warnings.add(
            instance
                + " has lost "
                + what
                + " ("
                + artifact.uri()
                + "): it comes from the store of artifacts");
      } else if (!report.has(key, "file")) {
        problem(what, "a readable file at " + artifact.uri(), report.value(key));
      } else if (report.number(key + "-size") == 0) {
        problem(what, "an executable at " + artifact.uri(), "an empty file");
      } else if (!report.value(key + "-digest").equals(artifact.sha256())) {
        problem(
            what,
            "SHA-256 " + artifact.sha256(),
            Executable.toldHex(report.value(key + "-magic"), report.value(key + "-digest")));
      } else if (!Executable.beginsHex(report.value(key + "-magic"))) {
        problem(
            what,
            "an executable (ELF, or a script that begins with #!)",
            "a file that begins with 0x" + report.value(key + "-magic"));
      }
    }

    /// The new binary, the copy that is kept, and `previous` have to fit in.
    void space(Install install, long artifactBytes) {
      long binary = report.number("binary-size");
      long needed =
          Math.max(artifactBytes, report.number("artifact-size"))
              + binary
              + (install.previous() == null ? 0 : binary)
              + SPARE_BYTES;
      long free = report.number("free-kib") * 1024;
      if (report.has("free-kib") && free < needed) {
        problem(
            "the disk of " + install.path(),
            mebibytes(needed) + " MiB free",
            mebibytes(free) + " MiB");
      }
    }

    private static long mebibytes(long bytes) {
      return bytes / (1024 * 1024);
    }

    void owner(Install install) {
      if (report.has("user", "missing")) {
        problem("the user " + install.uid(), "one of that name", "none");
      }
      if (report.has("group", "missing")) {
        problem("the group " + install.gid(), "one of that name", "none");
      }
    }

    void clock(long fence) {
      if (report.has("clock-behind")) {
        problem(
            "the clock",
            "one that is less than an hour behind the coordinator's (" + fence + " ms)",
            report.value("clock-behind") + " ms; set the clocks");
      }
    }

    void tools() {
      if (!report.has("tool", "systemctl")) {
        problem("the service", "systemd (systemctl)", "none");
      }
      if (!report.has("tool", "flock")) {
        problem("the service", "flock (util-linux)", "none");
      }
      if (!report.has("tool", "curl") && !report.has("tool", "wget")) {
        problem("the health check", "curl or wget", "neither; install curl");
      }
    }

    void units() {
      for (String line : report.all("unit")) {
        String[] words = line.split(" ", -1);
        if (words.length < 4) {
          problem("a unit", "its state", "'" + Check.printable(line) + "'");
        } else if (!words[1].equals("loaded")) {
          problem("unit " + words[0], "a unit that systemd knows", words[1]);
        } else if (!words[2].equals("active")) {
          problem("unit " + words[0], "active", words[2] + " (" + words[3] + ")");
          ofTheUnit.add(problems.getLast());
        }
      }
      for (String unit : report.all("older")) {
        warnings.add(
            "unit "
                + unit
                + " in "
                + instance
                + ": its process is older than the installed binary,"
                + " which it may not be running");
      }
      for (String unit : report.all("unit-file-changed")) {
        warnings.add(
            "unit "
                + unit
                + " in "
                + instance
                + ": its file has changed; a restart will not see it"
                + " before systemctl daemon-reload");
      }
    }
  }
}
