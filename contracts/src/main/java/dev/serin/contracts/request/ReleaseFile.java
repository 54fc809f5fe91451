package dev.serin.contracts.request;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.Check;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A further file that a release brings beside its binary: an environment file, a unit. It may hold
/// secrets, so only its digest is ever told.
///
/// @param path where, absolute and normalised, in the instance
/// @param artifact its content; none where there is to be no file: only a way back says so
/// @param uid the owner, a number or a name
/// @param gid the group, a number or a name
/// @param mode four octal digits
/// @param nodes on which nodes; empty for all of them: only a way back tells nodes apart, where
///   they had different files before
public record ReleaseFile(
    String path,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Artifact artifact,
    String uid,
    String gid,
    String mode,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> nodes) {
  /// How many a release may bring.
  public static final int MOST = 20;

  /// How large each may be: it is meant for settings, not for payloads.
  public static final long LARGEST_BYTES = 1024 * 1024;

  public ReleaseFile {
    Check.text("path", path);
    Check.text("uid", uid);
    Check.text("gid", gid);
    Check.text("mode", mode);
    nodes = Check.list(nodes);
  }

  /// A file for every node.
  public ReleaseFile(String path, Artifact artifact, String uid, String gid, String mode) {
    this(path, artifact, uid, gid, mode, List.of());
  }

  /// Whether it is meant for that node.
  public boolean isFor(String node) {
    return nodes.isEmpty() || nodes.contains(node);
  }
}
