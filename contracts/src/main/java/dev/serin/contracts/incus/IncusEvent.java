package dev.serin.contracts.incus;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.serin.contracts.Check;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the incus-agent tells, on `serin.incus.events.v1`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface IncusEvent extends AgentEvent {

  /// How a person reaches an instance without Serin, from the incus-agent's machine.
  ///
  /// @param shell what runs a command in it, such as `incus exec backend-api-2 --`
  /// @param copy what copies a file into it, such as `incus file push`: followed by the file and by
  ///   `name` with a path
  /// @param name the instance as that command knows it
  record InstanceAccess(String shell, String copy, String name) {
    public InstanceAccess {
      Check.text("shell", shell);
      Check.text("copy", copy);
      Check.text("name", name);
    }
  }

  /// One node's instance as preflight found it.
  ///
  /// @param sha256 the digest of the installed binary; none where none could be read
  /// @param addresses where the instance is reached, `address:port` of its proxy devices and the
  ///   bare addresses of its interfaces
  /// @param problems what stands against a rollout on this node
  /// @param ofInstalling those of the problems that matter only where a binary is to be installed:
  ///   the artifact on the node, the space for it; empty where an older agent does not tell them
  ///   apart
  /// @param ofTheUnit those of the problems that a restart may mend: a unit that is not active;
  ///   empty where an older agent does not tell them apart
  /// @param units each of the service's units; empty where they could not be looked at
  /// @param boot tells one boot of the instance from another; empty where unknown
  /// @param access none where the instance is not there
  /// @param files what it has at the paths of the further files; one that could not be looked at is
  ///   missing
  /// @param rollbackSha256 the digest of the machine code at the `node:` path of the rollback
  ///   artifact, or of what is installed where that is the same; none where there is neither
  record InstanceSeen(
      String node,
      @Nullable String sha256,
      List<String> addresses,
      List<String> problems,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> ofInstalling,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> ofTheUnit,
      List<UnitSeen> units,
      String boot,
      @Nullable InstanceAccess access,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FileState> files,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String rollbackSha256) {
    /// Looked at for a release whose rollback brings no binary from the node.
    public InstanceSeen(
        String node,
        @Nullable String sha256,
        List<String> addresses,
        List<String> problems,
        List<String> ofInstalling,
        List<String> ofTheUnit,
        List<UnitSeen> units,
        String boot,
        @Nullable InstanceAccess access,
        List<FileState> files) {
      this(
          node,
          sha256,
          addresses,
          problems,
          ofInstalling,
          ofTheUnit,
          units,
          boot,
          access,
          files,
          null);
    }

    /// Looked at for a release without further files.
    public InstanceSeen(
        String node,
        @Nullable String sha256,
        List<String> addresses,
        List<String> problems,
        List<String> ofInstalling,
        List<String> ofTheUnit,
        List<UnitSeen> units,
        String boot,
        @Nullable InstanceAccess access) {
      this(
          node,
          sha256,
          addresses,
          problems,
          ofInstalling,
          ofTheUnit,
          units,
          boot,
          access,
          List.of());
    }

    /// With problems that matter whatever is done.
    public InstanceSeen(
        String node,
        @Nullable String sha256,
        List<String> addresses,
        List<String> problems,
        List<UnitSeen> units,
        String boot,
        @Nullable InstanceAccess access) {
      this(node, sha256, addresses, problems, List.of(), List.of(), units, boot, access);
    }

    public InstanceSeen {
      Check.name("node", node);
      addresses = Check.list(addresses);
      problems = Check.list(problems);
      ofInstalling = Check.list(ofInstalling);
      ofTheUnit = Check.list(ofTheUnit);
      units = Check.list(units);
      boot = boot == null ? "" : boot;
      files = Check.list(files);
    }
  }

  /// The answer to [IncusCommand.InspectInstances].
  ///
  /// @param instances one for each node asked for
  /// @param owners which instance has which address, over all instances that the agent sees:
  ///   `address:port` or bare address to instance name
  /// @param problems what stands against a rollout and is not about one node (the artifact, a
  ///   server that does not answer)
  @JsonTypeName("instances-inspected")
  record InstancesInspected(
      @JsonUnwrapped AnswerHead head,
      List<InstanceSeen> instances,
      Map<String, String> owners,
      List<String> problems,
      List<String> warnings)
      implements IncusEvent {
    public InstancesInspected {
      Check.required("head", head);
      instances = Check.list(instances);
      owners = Check.map(owners);
      problems = Check.list(problems);
      warnings = Check.list(warnings);
    }
  }

  /// A copy of the installed binary is on the node under its digest.
  ///
  /// @param path where
  @JsonTypeName("binary-kept")
  record BinaryKept(@JsonUnwrapped AnswerHead head, String sha256, String path)
      implements IncusEvent {
    public BinaryKept {
      Check.required("head", head);
      Check.sha256("sha256", sha256);
      Check.text("path", path);
    }
  }

  /// The artifact is installed.
  ///
  /// @param unchanged whether it was there already
  /// @param sizeBytes its size
  /// @param files the further files as they are now
  /// @param warnings what an operator should know, and does not stop the release: that the store of
  ///   artifacts has not taken it
  @JsonTypeName("artifact-pushed")
  record ArtifactPushed(
      @JsonUnwrapped AnswerHead head,
      String sha256,
      long sizeBytes,
      boolean unchanged,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FileState> files,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings)
      implements IncusEvent {
    /// Without further files.
    public ArtifactPushed(AnswerHead head, String sha256, long sizeBytes, boolean unchanged) {
      this(head, sha256, sizeBytes, unchanged, List.of());
    }

    /// Without warnings.
    public ArtifactPushed(
        AnswerHead head, String sha256, long sizeBytes, boolean unchanged, List<FileState> files) {
      this(head, sha256, sizeBytes, unchanged, files, List.of());
    }

    public ArtifactPushed {
      files = Check.list(files);
      warnings = Check.list(warnings);
      Check.required("head", head);
      Check.sha256("sha256", sha256);
    }
  }

  /// The units are up.
  ///
  /// @param unchanged whether the process was younger than the binary already, and left alone
  /// @param detail unit and main process id, for the record
  /// @param units as they are now
  /// @param boot as [InstanceSeen#boot()]
  @JsonTypeName("units-restarted")
  record UnitsRestarted(
      @JsonUnwrapped AnswerHead head,
      boolean unchanged,
      String detail,
      List<UnitSeen> units,
      String boot)
      implements IncusEvent {
    public UnitsRestarted {
      Check.required("head", head);
      Check.required("detail", detail);
      units = Check.list(units);
      boot = boot == null ? "" : boot;
    }
  }

  /// What somebody else has done to an instance.
  enum Deed {
    /// The installed binary is another one.
    BINARY_REPLACED,
    /// The unit's file, or a drop-in of it, is another one.
    UNIT_FILE_CHANGED,
    /// A further file is another one, or has another owner or mode.
    FILE_CHANGED,
    /// The unit was started anew, and neither by Serin nor by systemd after a crash.
    UNIT_RESTARTED,
    /// The unit was stopped.
    UNIT_STOPPED
  }

  /// One thing that somebody else has changed.
  ///
  /// @param subject the path of the binary or file, or the unit
  /// @param expected the digest or invocation that Serin knows of; empty for a file that there was
  ///   to be none of
  /// @param found the one that is there; empty for a unit that was stopped, or a file that is gone
  record InstanceChange(String node, Deed deed, String subject, String expected, String found) {
    public InstanceChange {
      Check.name("node", node);
      Check.required("deed", deed);
      Check.text("subject", subject);
      Check.required("expected", expected);
      Check.required("found", found);
    }
  }

  /// Unasked, after an [IncusCommand.LookAtInstances]: somebody else has changed what a rollout
  /// relies on. Nothing was reverted.
  ///
  /// @param changes none only where the look was to be answered always, and nothing has changed
  @JsonTypeName("instances-changed-by-hand")
  record InstancesChangedByHand(@JsonUnwrapped AnswerHead head, List<InstanceChange> changes)
      implements IncusEvent {
    public InstancesChangedByHand {
      Check.required("head", head);
      changes = Check.list(changes);
    }
  }

  /// The health URL answered 200.
  ///
  /// @param took how long that lasted
  @JsonTypeName("health-passed")
  record HealthPassed(@JsonUnwrapped AnswerHead head, Duration took, int attempts)
      implements IncusEvent {
    public HealthPassed {
      Check.required("head", head);
      Check.notNegative("took", took);
    }
  }

  /// Every request of the smoke test was answered as expected.
  ///
  /// @param took how long all of them lasted
  /// @param requests how many there were
  @JsonTypeName("smoke-test-passed")
  record SmokeTestPassed(@JsonUnwrapped AnswerHead head, Duration took, int requests)
      implements IncusEvent {
    public SmokeTestPassed {
      Check.required("head", head);
      Check.notNegative("took", took);
    }
  }

  /// The binary with the recorded digest is installed again.
  ///
  /// @param source where it came from: `installed` (nothing to do), `kept`, `previous`, `artifact`
  /// @param files the further files as they are now
  @JsonTypeName("binary-restored")
  record BinaryRestored(
      @JsonUnwrapped AnswerHead head,
      String sha256,
      String source,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FileState> files)
      implements IncusEvent {
    /// Without further files.
    public BinaryRestored(AnswerHead head, String sha256, String source) {
      this(head, sha256, source, List.of());
    }

    public BinaryRestored {
      files = Check.list(files);
      Check.required("head", head);
      Check.sha256("sha256", sha256);
      Check.text("source", source);
    }
  }

  /// The command did not have its effect.
  @JsonTypeName("incus-command-failed")
  record Failed(@JsonUnwrapped AnswerHead head, Failure failure) implements IncusEvent {
    public Failed {
      Check.required("head", head);
      Check.required("failure", failure);
    }
  }
}
