package dev.serin.contracts.incus;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.serin.contracts.Check;
import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.contracts.service.ServiceDefinition.Health;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.contracts.service.SmokeRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the incus-agent is told to do, on `serin.incus.commands.v1`. Each is one effect that may be
/// asked for again at any time, and leaves a binary to go back to wherever it is cut off.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface IncusCommand extends AgentCommand {

  /// A node's instance.
  ///
  /// @param node the node
  /// @param instance the instance's name
  /// @param host which of the agent's Incus servers it is on
  record InstanceRef(String node, String instance, String host) {
    public InstanceRef {
      Check.name("node", node);
      Check.name("instance", instance);
      Check.name("host", host);
    }
  }

  /// A further file, and what the node had in its place before the rollout.
  ///
  /// @param before as preflight found it
  record FileChange(ReleaseFile file, FileState before) {
    public FileChange {
      Check.required("file", file);
      Check.required("before", before);
    }
  }

  /// Looks, changes nothing: is the artifact there with its digest, what does each node run, is
  /// there something to go back to?
  ///
  /// @param artifact none where nothing is going to be installed
  /// @param rollbackArtifact what a rollback installs instead of the binary that was there; none by
  ///   default
  /// @param files what is to be installed beside the binary
  @JsonTypeName("inspect-instances")
  record InspectInstances(
      @JsonUnwrapped CommandHead head,
      List<InstanceRef> instances,
      Install install,
      @Nullable Artifact artifact,
      @Nullable Artifact rollbackArtifact,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ReleaseFile> files)
      implements IncusCommand {
    /// For a release without further files.
    public InspectInstances(
        CommandHead head,
        List<InstanceRef> instances,
        Install install,
        @Nullable Artifact artifact,
        @Nullable Artifact rollbackArtifact) {
      this(head, instances, install, artifact, rollbackArtifact, List.of());
    }

    public InspectInstances {
      files = Check.list(files);
      Check.required("head", head);
      instances = Check.list(instances);
      Check.required("install", install);
    }
  }

  /// Keeps a copy of the installed binary under its digest, and as `previous` where the service has
  /// that. Nothing is touched when the digest is not the recorded one.
  ///
  /// @param sha256 the digest that preflight recorded
  /// @param files what preflight recorded of the files that the release brings: each is kept too
  @JsonTypeName("keep-binary")
  record KeepBinary(
      @JsonUnwrapped CommandHead head,
      InstanceRef instance,
      Install install,
      String sha256,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FileState> files)
      implements IncusCommand {
    /// For a release without further files.
    public KeepBinary(CommandHead head, InstanceRef instance, Install install, String sha256) {
      this(head, instance, install, sha256, List.of());
    }

    public KeepBinary {
      files = Check.list(files);
      Check.required("head", head);
      Check.required("instance", instance);
      Check.required("install", install);
      Check.sha256("sha256", sha256);
    }
  }

  /// Pushes the artifact beside the installed binary, compares its digest in the container, moves
  /// it over the installed one. Then the same with each further file, one after the other: a file
  /// that is neither as it was nor as it is to be is somebody else's, and then none is touched.
  ///
  /// @param files the further files
  @JsonTypeName("push-artifact")
  record PushArtifact(
      @JsonUnwrapped CommandHead head,
      InstanceRef instance,
      Install install,
      Artifact artifact,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FileChange> files)
      implements IncusCommand {
    /// For a release without further files.
    public PushArtifact(
        CommandHead head, InstanceRef instance, Install install, Artifact artifact) {
      this(head, instance, install, artifact, List.of());
    }

    public PushArtifact {
      files = Check.list(files);
      Check.required("head", head);
      Check.required("instance", instance);
      Check.required("install", install);
      Check.required("artifact", artifact);
    }
  }

  /// Restarts the units (after `reset-failed`), and waits until they are really up. A unit that is
  /// active with a process younger than the binary is left alone.
  ///
  /// @param outworn the starts (systemd's invocation ids) that shall not go on, however young their
  ///   processes are: any other start is a later one, so asking again restarts nothing twice. Empty
  ///   where the binary's age alone counts
  /// @param onlyDown whether a unit that runs is left alone whatever it runs: who has installed
  ///   nothing has nothing to bring into effect
  @JsonTypeName("restart-units")
  record RestartUnits(
      @JsonUnwrapped CommandHead head,
      InstanceRef instance,
      Install install,
      List<String> outworn,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean onlyDown)
      implements IncusCommand {
    public RestartUnits {
      outworn = Check.list(outworn);
      Check.required("head", head);
      Check.required("instance", instance);
      Check.required("install", install);
    }
  }

  /// Asks the health URL inside the container until it answers 200, and the units still run.
  @JsonTypeName("check-health")
  record CheckHealth(
      @JsonUnwrapped CommandHead head, InstanceRef instance, Install install, Health health)
      implements IncusCommand {
    public CheckHealth {
      Check.required("head", head);
      Check.required("instance", instance);
      Check.required("install", install);
      Check.required("health", health);
    }
  }

  /// Asks the node itself these things inside the container, one after the other, each until it is
  /// answered as expected or its time is over. The first one that is not ends the test.
  ///
  /// @param base what stands before each path: scheme, host and port
  /// @param requests one or more
  @JsonTypeName("run-smoke-test")
  record RunSmokeTest(
      @JsonUnwrapped CommandHead head,
      InstanceRef instance,
      Install install,
      String base,
      List<SmokeRequest> requests)
      implements IncusCommand {
    public RunSmokeTest {
      Check.required("head", head);
      Check.required("instance", instance);
      Check.required("install", install);
      Check.text("base", base);
      requests = Check.list(requests);
    }
  }

  /// Puts the binary with the recorded digest back: from what was kept, else from `previous` if
  /// that has the digest, else from `source`. A no-op where it is installed already.
  ///
  /// @param sha256 the digest to go back to
  /// @param source where else it can be had; none where only the node has it
  /// @param known the digests that Serin may find installed: another one is somebody else's, and is
  ///   left alone. Empty where whatever is there may be replaced
  /// @param unitFiles the digest of each unit's file as preflight found it: where it is another one
  ///   by now, somebody else has changed it, and an old binary may not go with it. Empty where it
  ///   does not matter
  /// @param files the further files: each gets the content, owner and mode that it had before, or
  ///   is removed; one that somebody else has changed is left alone, and the binary with it
  @JsonTypeName("restore-binary")
  record RestoreBinary(
      @JsonUnwrapped CommandHead head,
      InstanceRef instance,
      Install install,
      String sha256,
      @Nullable Artifact source,
      List<String> known,
      Map<String, String> unitFiles,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FileChange> files)
      implements IncusCommand {
    /// For a release without further files.
    public RestoreBinary(
        CommandHead head,
        InstanceRef instance,
        Install install,
        String sha256,
        @Nullable Artifact source,
        List<String> known,
        Map<String, String> unitFiles) {
      this(head, instance, install, sha256, source, known, unitFiles, List.of());
    }

    public RestoreBinary {
      files = Check.list(files);
      Check.required("head", head);
      Check.required("instance", instance);
      Check.required("install", install);
      Check.sha256("sha256", sha256);
      known = Check.list(known);
      known.forEach(digest -> Check.sha256("known", digest));
      unitFiles = Check.map(unitFiles);
    }
  }

  /// An instance as Serin knows it.
  ///
  /// @param sha256 the digest of its binary
  /// @param units as they were when Serin last saw or started them
  /// @param boot of which boot that was
  /// @param files the further files that the release brings, as they are to be now
  record KnownInstance(
      InstanceRef instance,
      String sha256,
      List<UnitSeen> units,
      String boot,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FileState> files) {
    /// Of a release without further files.
    public KnownInstance(InstanceRef instance, String sha256, List<UnitSeen> units, String boot) {
      this(instance, sha256, units, boot, List.of());
    }

    public KnownInstance {
      files = Check.list(files);
      Check.required("instance", instance);
      Check.sha256("sha256", sha256);
      units = Check.list(units);
      boot = boot == null ? "" : boot;
    }
  }

  /// Looks whether somebody else has changed what a rollout relies on, and tells that
  /// ([IncusEvent.InstancesChangedByHand]). An instance that a newer command is about, that can't
  /// be looked at, or that was booted anew is passed over.
  ///
  /// @param always whether it is also told that nothing has changed, once each instance was looked
  ///   at; while that can't be said, it stays unanswered and may be asked again. An agent from
  ///   before there was such a field says nothing then
  @JsonTypeName("look-at-instances")
  record LookAtInstances(
      @JsonUnwrapped CommandHead head,
      Install install,
      List<KnownInstance> instances,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean always)
      implements IncusCommand {
    /// A look in passing, answered only at need.
    public LookAtInstances(CommandHead head, Install install, List<KnownInstance> instances) {
      this(head, install, instances, false);
    }

    public LookAtInstances {
      Check.required("head", head);
      Check.required("install", install);
      instances = Check.list(instances);
    }
  }

  /// Ends what is under way for the service's nodes, unanswered: a person has taken over. What has
  /// begun in a container ends by its own time-out.
  @JsonTypeName("stand-back")
  record StandBack(@JsonUnwrapped CommandHead head) implements IncusCommand {
    public StandBack {
      Check.required("head", head);
    }

    @Override
    public boolean endsOthers() {
      return true;
    }
  }
}
