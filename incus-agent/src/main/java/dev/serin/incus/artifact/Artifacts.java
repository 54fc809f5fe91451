package dev.serin.incus.artifact;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.incus.rest.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Artifacts from files on this machine and from HTTP servers. Every one is read to its end and its
/// digest compared each time that it is asked for: a file may have been replaced since.
public final class Artifacts implements ArtifactSource {
  private static final int CHUNK_BYTES = 256 * 1024;

  private final Downloads downloads;
  private final @Nullable Path filesFrom;

  /// @param filesFrom the directory of this machine from which further files may come; none for
  ///   none
  public Artifacts(Downloads downloads, @Nullable Path filesFrom) {
    this.downloads = downloads;
    this.filesFrom = filesFrom;
  }

  /// What an artifact is checked for.
  private interface Check {
    Located of(Path file, String shown, String sha256);
  }

  @Override
  public Located locate(Artifact artifact) {
    return locate(artifact, Artifacts::check);
  }

  /// Whoever may publish a request says where a file comes from, and may give it to anybody; this
  /// process may read more than they may.
  @Override
  public Located locateFile(Artifact artifact) {
    if (ArtifactUri.of(artifact.uri()) instanceof ArtifactUri.OnAgent(Path file)
        && !isAllowed(file)) {
      return unusable(
          Reason.REFUSED,
          "a further file from the coordinator's store, from a server"
              + (filesFrom == null ? "" : ", or from below " + filesFrom),
          "file:" + file,
          "give it to serin release, which sends it to the store"
              + (filesFrom == null
                  ? ", or name a directory for such files in the incus-agent's"
                      + " serin.incus.files-from"
                  : ", or put it there"));
    }
    Located located = locate(artifact, Artifacts::checkFile);
    return located instanceof Located.Unusable(Failure failure) && failure.reason() == Reason.DIGEST
        ? unusable(Reason.DIGEST, failure.expected(), "another content", failure.advice())
        : located;
  }

  /// No link may lead out of there.
  private boolean isAllowed(Path file) {
    if (filesFrom == null || !file.normalize().startsWith(filesFrom.normalize())) {
      return false;
    }
    try {
      return !Files.exists(file) || file.toRealPath().startsWith(filesFrom.toRealPath());
    } catch (IOException unreadable) {
      return false;
    }
  }

  private Located locate(Artifact artifact, Check check) {
    return switch (ArtifactUri.of(artifact.uri())) {
      case ArtifactUri.OnAgent(Path file) -> check.of(file, file.toString(), artifact.sha256());
      case ArtifactUri.Remote remote ->
          switch (downloads.fetch(remote, artifact.sha256())) {
            case Downloads.Fetched(Path file) -> check.of(file, remote.shown(), artifact.sha256());
            case Downloads.NotFetched(Failure failure) -> new Located.Unusable(failure);
          };
      case ArtifactUri.OnNode(String path) ->
          unusable(Reason.INVALID, "an artifact that the agent can send", "node:" + path, "");
      case ArtifactUri.Unknown(String found) ->
          unusable(
              Reason.INVALID,
              "an artifact at file:, node:, http: or https:",
              found,
              "mend artifact.uri");
    };
  }

  private static Located check(Path file, String shown, String sha256) {
    if (!Files.exists(file)) {
      return unusable(
          Reason.NOT_FOUND,
          "the artifact at " + shown,
          "no such file on the incus-agent's machine",
          "put it there, or give another artifact.uri");
    }
    if (!Files.isRegularFile(file)) {
      return unusable(
          Reason.INVALID, "the artifact at " + shown + " to be a file", "something else", "");
    }
    try (InputStream stream = Files.newInputStream(file)) {
      long sizeBytes = Files.size(file);
      byte[] start = stream.readNBytes(Executable.MAGIC_BYTES);
      if (start.length == 0) {
        return unusable(
            Reason.INVALID, "an executable at " + shown, "an empty file", "build it again");
      }
      String digest = digest(start, stream);
      if (!digest.equals(sha256)) {
        return unusable(
            Reason.DIGEST,
            "SHA-256 " + sha256 + " at " + shown,
            Executable.told(start, digest),
            "release the file that was built, with its own digest");
      }
      if (!Executable.begins(start)) {
        return unusable(
            Reason.INVALID,
            "an executable (ELF, or a script that begins with #!) at " + shown,
            shown(start),
            "release the binary itself, not an archive of it");
      }
      return new Located.Here(Content.of(file, sizeBytes));
    } catch (IOException unreadable) {
      return unusable(
          Reason.NOT_FOUND,
          "a readable artifact at " + shown,
          unreadable.getClass().getSimpleName(),
          "let the incus-agent read it");
    }
  }

  /// The first bytes of an archive say what it is; those of a text are somebody's text.
  private static String shown(byte[] start) {
    for (byte one : start) {
      if (one < ' ' && one != '\n' && one != '\r' && one != '\t') {
        return "a file that begins with 0x" + HexFormat.of().formatHex(start);
      }
    }
    return "a text";
  }

  /// A further file may be empty, and may be anything: not even the digest of what is found is
  /// told, with which somebody could ask for it once more.
  private static Located checkFile(Path file, String shown, String sha256) {
    try {
      if (!Files.isRegularFile(file)) {
        return unusable(
            Reason.NOT_FOUND,
            "the file at " + shown,
            Files.exists(file) ? "something else" : "no such file on the incus-agent's machine",
            "put it there, or give another artifact.uri");
      }
      long sizeBytes = Files.size(file);
      if (sizeBytes > ReleaseFile.LARGEST_BYTES) {
        return unusable(
            Reason.INVALID,
            "at most " + ReleaseFile.LARGEST_BYTES + " bytes at " + shown,
            sizeBytes + " bytes",
            "a release's files are for settings: bring it in the binary, or by other means");
      }
      String digest = digest(file);
      return digest.equals(sha256)
          ? new Located.Here(Content.of(file, sizeBytes))
          : unusable(
              Reason.DIGEST,
              "SHA-256 " + sha256 + " at " + shown,
              "another content",
              "release the file with its own digest");
    } catch (IOException unreadable) {
      return unusable(
          Reason.NOT_FOUND,
          "a readable file at " + shown,
          unreadable.getClass().getSimpleName(),
          "let the incus-agent read it");
    }
  }

  /// The SHA-256 of a whole file.
  static String digest(Path file) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      return digest(new byte[0], stream);
    }
  }

  private static String digest(byte[] start, InputStream rest) throws IOException {
    MessageDigest digest = sha256();
    digest.update(start);
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int read = rest.read(chunk); read >= 0; read = rest.read(chunk)) {
      digest.update(chunk, 0, read);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  private static Located unusable(Reason reason, String expected, String found, String advice) {
    return new Located.Unusable(new Failure(reason, expected, found, advice, false));
  }
}
