package dev.serin.contracts.request;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.serin.contracts.Check;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What people, pipelines and bots ask of Serin, on `serin.requests.v1` and over HTTP. Read what
/// they sent with [RequestReader], which names every problem.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Request {
  /// The request's own id: the same id for the same service is the same request. At most 200
  /// characters, remembered for 30 days.
  String requestId();

  /// The service, `*` in a global freeze.
  String service();

  /// Who asks.
  String requestedBy();

  /// Why.
  String reason();

  /// A request to a rollout that is under way.
  sealed interface Steering extends Request
      permits AbortRequested, PromoteRequested, PauseRequested, ResumeRequested, RetryRequested {
    /// Which rollout; none for the active one.
    @Nullable String rolloutId();
  }

  /// What happens when the service has an active rollout already.
  enum IfBusy {
    /// It waits for its turn.
    @JsonProperty("queue")
    QUEUE,
    /// It waits, and replaces what waits.
    @JsonProperty("latest")
    LATEST,
    /// The active one is rolled back first; what waits is replaced.
    @JsonProperty("supersede")
    SUPERSEDE,
    /// It is refused.
    @JsonProperty("reject")
    REJECT
  }

  /// How much a promote skips.
  enum Scope {
    @JsonProperty("step")
    STEP,
    @JsonProperty("full")
    FULL
  }

  /// Where a retry begins.
  enum From {
    /// With the step that stopped.
    @JsonProperty("step")
    STEP,
    /// Everything is taken back first.
    @JsonProperty("start")
    START
  }

  /// A migration that the release brings.
  ///
  /// @param path its file, for messages
  /// @param sql its text
  record Migration(String path, String sql) {
    public Migration {
      Check.text("path", path);
      Check.required("sql", sql);
    }
  }

  /// A new version of a service shall be rolled out.
  ///
  /// @param version what people call it
  /// @param artifact [Artifact#NONE] where the strategy installs nothing
  /// @param rollbackArtifact what a rollback installs instead of the binary that was there
  /// @param strategy another strategy than the service's own
  /// @param overrides fields of the service's definition that differ for this rollout (a JSON merge
  ///   patch, RFC 7396)
  /// @param migrations the migrations that it brings
  /// @param forceMigrate whether they may be other than additive
  /// @param labels free words for dashboards
  /// @param overrideFreeze whether it starts in a freeze all the same; who and why stay in the
  ///   record
  /// @param files further files that it brings beside the binary
  @JsonTypeName("release-requested")
  record ReleaseRequested(
      String requestId,
      String service,
      String requestedBy,
      String reason,
      String version,
      Artifact artifact,
      @Nullable Artifact rollbackArtifact,
      @Nullable String strategy,
      @Nullable JsonNode overrides,
      List<Migration> migrations,
      boolean forceMigrate,
      IfBusy ifBusy,
      Map<String, String> labels,
      boolean overrideFreeze,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ReleaseFile> files)
      implements Request {
    public ReleaseRequested {
      checkHead(requestId, service, requestedBy, reason);
      Check.text("version", version);
      Check.required("artifact", artifact);
      migrations = Check.list(migrations);
      Check.required("ifBusy", ifBusy);
      labels = Check.map(labels);
      files = Check.list(files);
    }

    /// Those of the further files that are meant for a node.
    public List<ReleaseFile> filesOf(String node) {
      return files.stream().filter(file -> file.isFor(node)).toList();
    }

    /// One that brings nothing but a binary.
    public ReleaseRequested(
        String requestId,
        String service,
        String requestedBy,
        String reason,
        String version,
        Artifact artifact,
        @Nullable Artifact rollbackArtifact,
        @Nullable String strategy,
        @Nullable JsonNode overrides,
        List<Migration> migrations,
        boolean forceMigrate,
        IfBusy ifBusy,
        Map<String, String> labels,
        boolean overrideFreeze) {
      this(
          requestId,
          service,
          requestedBy,
          reason,
          version,
          artifact,
          rollbackArtifact,
          strategy,
          overrides,
          migrations,
          forceMigrate,
          ifBusy,
          labels,
          overrideFreeze,
          List.of());
    }

    /// One that overrides no freeze.
    public ReleaseRequested(
        String requestId,
        String service,
        String requestedBy,
        String reason,
        String version,
        Artifact artifact,
        @Nullable Artifact rollbackArtifact,
        @Nullable String strategy,
        @Nullable JsonNode overrides,
        List<Migration> migrations,
        boolean forceMigrate,
        IfBusy ifBusy,
        Map<String, String> labels) {
      this(
          requestId,
          service,
          requestedBy,
          reason,
          version,
          artifact,
          rollbackArtifact,
          strategy,
          overrides,
          migrations,
          forceMigrate,
          ifBusy,
          labels,
          false);
    }
  }

  /// A rollout shall be taken back (I7: it outranks every other request).
  @JsonTypeName("abort-requested")
  record AbortRequested(
      String requestId,
      String service,
      String requestedBy,
      String reason,
      @Nullable String rolloutId)
      implements Steering {
    public AbortRequested {
      checkHead(requestId, service, requestedBy, reason);
    }
  }

  /// What a person says to a question that a pause asks.
  ///
  /// @param question as the pause asks it
  /// @param answer any text but an empty one
  record Answer(String question, String answer) {
    public Answer {
      Check.text("question", question);
      Check.text("answer", answer);
    }
  }

  /// A wait shall be skipped.
  ///
  /// @param answers to each question of the pause that is ended; empty where it asks nothing
  @JsonTypeName("promote-requested")
  record PromoteRequested(
      String requestId,
      String service,
      String requestedBy,
      String reason,
      @Nullable String rolloutId,
      Scope scope,
      List<Answer> answers)
      implements Steering {
    public PromoteRequested {
      answers = Check.list(answers);
      checkHead(requestId, service, requestedBy, reason);
      Check.required("scope", scope);
    }
  }

  /// A rollout shall hold where it is.
  @JsonTypeName("pause-requested")
  record PauseRequested(
      String requestId,
      String service,
      String requestedBy,
      String reason,
      @Nullable String rolloutId)
      implements Steering {
    public PauseRequested {
      checkHead(requestId, service, requestedBy, reason);
    }
  }

  /// A paused rollout shall go on.
  @JsonTypeName("resume-requested")
  record ResumeRequested(
      String requestId,
      String service,
      String requestedBy,
      String reason,
      @Nullable String rolloutId)
      implements Steering {
    public ResumeRequested {
      checkHead(requestId, service, requestedBy, reason);
    }
  }

  /// A rollout that stopped shall be tried again: one that waits for a person, or the one that
  /// ended last and did not complete.
  @JsonTypeName("retry-requested")
  record RetryRequested(
      String requestId,
      String service,
      String requestedBy,
      String reason,
      @Nullable String rolloutId,
      From from)
      implements Steering {
    public RetryRequested {
      checkHead(requestId, service, requestedBy, reason);
      Check.required("from", from);
    }
  }

  /// The release that completed last shall be taken back, on every node: by a rollout of its own,
  /// to what ran before it.
  @JsonTypeName("rollback-requested")
  record RollbackRequested(
      String requestId,
      String service,
      String requestedBy,
      String reason,
      @Nullable String rolloutId)
      implements Request {
    public RollbackRequested {
      checkHead(requestId, service, requestedBy, reason);
    }
  }

  /// No rollout may start.
  ///
  /// @param from when it begins; none for at once
  /// @param until when it ends by itself, after `from`; none until it is lifted
  @JsonTypeName("freeze-requested")
  record FreezeRequested(
      String requestId,
      String service,
      String requestedBy,
      String reason,
      @Nullable Instant from,
      @Nullable Instant until)
      implements Request {
    public FreezeRequested {
      checkHead(requestId, service, requestedBy, reason);
    }

    /// One that begins at once.
    public FreezeRequested(
        String requestId,
        String service,
        String requestedBy,
        String reason,
        @Nullable Instant until) {
      this(requestId, service, requestedBy, reason, null, until);
    }
  }

  /// Rollouts may start again: every freeze of the service that was asked for is lifted.
  @JsonTypeName("unfreeze-requested")
  record UnfreezeRequested(String requestId, String service, String requestedBy, String reason)
      implements Request {
    public UnfreezeRequested {
      checkHead(requestId, service, requestedBy, reason);
    }
  }

  /// Serin shall not touch the service.
  @JsonTypeName("hands-off-requested")
  record HandsOffRequested(String requestId, String service, String requestedBy, String reason)
      implements Request {
    public HandsOffRequested {
      checkHead(requestId, service, requestedBy, reason);
    }
  }

  /// Serin may touch the service again.
  @JsonTypeName("hands-on-requested")
  record HandsOnRequested(String requestId, String service, String requestedBy, String reason)
      implements Request {
    public HandsOnRequested {
      checkHead(requestId, service, requestedBy, reason);
    }
  }

  private static void checkHead(
      String requestId, String service, String requestedBy, String reason) {
    Check.text("requestId", requestId);
    Check.text("service", service);
    Check.text("requestedBy", requestedBy);
    Check.required("reason", reason);
  }
}
