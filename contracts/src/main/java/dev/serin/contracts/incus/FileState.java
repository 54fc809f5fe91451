package dev.serin.contracts.incus;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.Check;
import org.jspecify.annotations.Nullable;

/// A file in an instance as it is, or is to be. Never its content: that may be secret.
///
/// @param path absolute
/// @param sha256 the digest of its content; none where there is no such file
/// @param uid the owner, a number or a name; empty where there is no file
/// @param gid the group, likewise
/// @param mode octal digits, likewise
public record FileState(
    String path,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String sha256,
    String uid,
    String gid,
    String mode) {
  public FileState {
    Check.text("path", path);
    if (sha256 != null) {
      Check.sha256("sha256", sha256);
    }
    Check.required("uid", uid);
    Check.required("gid", gid);
    Check.required("mode", mode);
  }

  /// No file at that path.
  public static FileState absent(String path) {
    return new FileState(path, null, "", "", "");
  }
}
