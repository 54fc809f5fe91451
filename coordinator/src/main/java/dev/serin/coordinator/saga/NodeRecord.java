package dev.serin.coordinator.saga;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.incus.IncusEvent.InstanceAccess;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.incus.UnitSeen;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One node: what it had before the rollout, which is what a rollback restores, and what it has
/// now.
///
/// @param sha256 the digest of the binary it ran before
/// @param settings its state and weight on every load balancer before
/// @param goal what a forward step gives it: the same, but where an earlier rollout left it out,
///   then what it had before that one; and where two groups change, the other one's state
/// @param asked the settings that it was last told to have, and has as far as Serin knows
/// @param leaving whether it was last told to leave
/// @param current the digest of the binary it has now
/// @param inRotation whether it takes traffic; none without a pool
/// @param weight its lowest weight; none without a pool
/// @param instance its container; none where nothing is known of it
/// @param shifted the weight that its share of the requests takes now; none for its own
/// @param past what it was told to have before in this rollout, beside what it had and is to have
/// @param cookie the value that pins a user to it; none where the pool pins nobody
public record NodeRecord(
    String name,
    String sha256,
    List<ServerSetting> settings,
    List<ServerSetting> goal,
    List<ServerSetting> asked,
    boolean leaving,
    String current,
    @Nullable Boolean inRotation,
    @Nullable Integer weight,
    @Nullable InstanceRecord instance,
    @Nullable Integer shifted,
    List<ServerSetting> past,
    @Nullable String cookie) {
  public NodeRecord {
    settings = List.copyOf(settings);
    goal = List.copyOf(goal);
    asked = List.copyOf(asked);
    past = past == null ? List.of() : List.copyOf(past);
  }

  /// Its container.
  ///
  /// @param units as Serin last saw or started them
  /// @param unitFiles the digest of each unit's file before the rollout
  /// @param boot which boot of the container that was
  /// @param access how a person reaches it
  /// @param filesBefore what it had before at the paths of the release's further files
  /// @param files what it has there now
  public record InstanceRecord(
      List<UnitSeen> units,
      Map<String, String> unitFiles,
      String boot,
      @Nullable InstanceAccess access,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FileState> filesBefore,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FileState> files) {
    public InstanceRecord {
      filesBefore = filesBefore == null ? List.of() : List.copyOf(filesBefore);
      files = files == null ? List.of() : List.copyOf(files);
      units = units == null ? List.of() : List.copyOf(units);
      unitFiles = unitFiles == null ? Map.of() : Map.copyOf(unitFiles);
      boot = boot == null ? "" : boot;
    }

    static InstanceRecord of(InstanceSeen seen) {
      return new InstanceRecord(
          seen.units(),
          seen.units().stream()
              .collect(Collectors.toMap(UnitSeen::unit, UnitSeen::fileSha256, (one, same) -> one)),
          seen.boot(),
          seen.access(),
          seen.files(),
          seen.files());
    }

    InstanceRecord having(List<FileState> now) {
      return new InstanceRecord(units, unitFiles, boot, access, filesBefore, now);
    }
  }

  /// What it had before at the paths of the release's further files.
  public List<FileState> filesBefore() {
    return instance == null ? List.of() : instance.filesBefore();
  }

  /// Which of them it does not have as they were before, as far as Serin knows.
  List<FileState> filesChanged() {
    return instance == null
        ? List.of()
        : instance.filesBefore().stream()
            .filter(before -> !instance.files().contains(before))
            .toList();
  }

  /// Has these further files now, as far as Serin knows.
  NodeRecord having(List<FileState> now) {
    return instance == null ? this : in(instance.having(now));
  }

  /// Its units were started anew, or are taken as they were found.
  NodeRecord started(List<UnitSeen> units, String boot) {
    return instance == null
        ? this
        : in(
            new InstanceRecord(
                units,
                instance.unitFiles(),
                boot,
                instance.access(),
                instance.filesBefore(),
                instance.files()));
  }

  private NodeRecord in(InstanceRecord now) {
    return new NodeRecord(
        name,
        sha256,
        settings,
        goal,
        asked,
        leaving,
        current,
        inRotation,
        weight,
        now,
        shifted,
        past,
        cookie);
  }

  /// With that state as its goal, and the weight that it is to have anyway.
  NodeRecord toBe(ServerSetting.AdminState state) {
    return new NodeRecord(
        name,
        sha256,
        settings,
        goal.stream()
            .map(it ->
                new ServerSetting(it.loadBalancer(), it.pool(), it.server(), it.weight(), state))
            .toList(),
        asked,
        leaving,
        current,
        inRotation,
        weight,
        instance,
        shifted,
        past,
        cookie);
  }

  NodeRecord running(String digest) {
    return new NodeRecord(
        name,
        sha256,
        settings,
        goal,
        asked,
        leaving,
        digest,
        inRotation,
        weight,
        instance,
        shifted,
        past,
        cookie);
  }

  /// What Serin may have asked of it in this rollout, and does not any more.
  ///
  /// @param goalToo whether it may have been told its goal
  List<ServerSetting> askedEarlier(boolean goalToo) {
    List<ServerSetting> own = goalToo ? goal : List.of();
    List<ServerSetting> shared = goalToo ? target(false) : List.of();
    return Stream.of(settings, own, shared, out(settings), out(own), past, out(past), out(asked))
        .flatMap(List::stream)
        .distinct()
        .filter(setting -> !asked.contains(setting))
        .toList();
  }

  private static List<ServerSetting> out(List<ServerSetting> settings) {
    return settings.stream()
        .map(it ->
            it.state() == ServerSetting.AdminState.READY
                ? new ServerSetting(
                    it.loadBalancer(),
                    it.pool(),
                    it.server(),
                    it.weight(),
                    ServerSetting.AdminState.DRAIN)
                : it)
        .toList();
  }

  /// Told to leave, and gone.
  NodeRecord drained() {
    return new NodeRecord(
        name,
        sha256,
        settings,
        goal,
        out(asked),
        true,
        current,
        inRotation == null ? null : false,
        weight,
        instance,
        shifted,
        past,
        cookie);
  }

  /// Told to have these settings, and has them.
  NodeRecord settled(List<ServerSetting> now, boolean isIn) {
    return new NodeRecord(
        name,
        sha256,
        settings,
        goal,
        now,
        false,
        current,
        isIn,
        lightest(now),
        instance,
        shifted,
        past,
        cookie);
  }

  /// Has what it had before the rollout, without having been told by a step: the dead man's switch
  /// has taken care of it.
  NodeRecord givenBack() {
    return settled(settings, !areOut(settings));
  }

  /// Told to have the weight of a share, or its own again; its state stays as it is.
  ///
  /// @param share none for its own weight
  NodeRecord shifted(@Nullable Integer share, boolean undo) {
    List<ServerSetting> own = undo ? settings : goal;
    List<ServerSetting> now = new ArrayList<>();
    for (ServerSetting setting : asked) {
      int weight =
          share != null
              ? share
              : own.stream()
                  .filter(it -> isSameLine(it, setting))
                  .mapToInt(ServerSetting::weight)
                  .findFirst()
                  .orElse(setting.weight());
      now.add(weighing(setting, weight));
    }
    List<ServerSetting> told = Stream.concat(past.stream(), asked.stream()).distinct().toList();
    return new NodeRecord(
        name,
        sha256,
        settings,
        goal,
        now,
        leaving,
        current,
        inRotation,
        lightest(now),
        instance,
        share,
        told,
        cookie);
  }

  static boolean isSameLine(ServerSetting one, ServerSetting other) {
    return one.loadBalancer().equals(other.loadBalancer())
        && one.pool().equals(other.pool())
        && one.server().equals(other.server());
  }

  private static ServerSetting weighing(ServerSetting setting, int weight) {
    return new ServerSetting(
        setting.loadBalancer(), setting.pool(), setting.server(), weight, setting.state());
  }

  private static @Nullable Integer lightest(List<ServerSetting> settings) {
    return settings.isEmpty()
        ? null
        : settings.stream().mapToInt(ServerSetting::weight).min().orElseThrow();
  }

  /// Whether a forward step gives it something else than it had: an earlier rollout left it out of
  /// rotation, or two groups change.
  boolean isToChange() {
    return !goal.equals(settings);
  }

  /// The settings that a step forward or back gives it.
  public List<ServerSetting> target(boolean undo) {
    if (undo) {
      return settings;
    }
    Integer share = shifted;
    return share == null ? goal : goal.stream().map(it -> weighing(it, share)).toList();
  }

  /// Whether these settings keep it out of rotation on every load balancer.
  static boolean areOutEverywhere(List<ServerSetting> settings) {
    return settings.stream().allMatch(NodeRecord::isOut);
  }

  /// Whether these settings take it out of rotation somewhere.
  static boolean areOut(List<ServerSetting> settings) {
    return settings.stream().anyMatch(NodeRecord::isOut);
  }

  /// Whether a server with this setting gets no requests.
  static boolean isOut(ServerSetting setting) {
    return setting.state() != ServerSetting.AdminState.READY || setting.weight() == 0;
  }
}
