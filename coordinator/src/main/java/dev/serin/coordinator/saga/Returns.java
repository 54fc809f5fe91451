package dev.serin.coordinator.saga;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.contracts.service.Strategies;
import dev.serin.coordinator.plan.BlueGreen;
import dev.serin.coordinator.plan.Overrides;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The way back from a release that has completed, or that a rollout has left on a part of the
/// fleet. It is a rollout of its own, by the strategy `emergency`, or by that of the release where
/// its name says how many nodes go at once, or where two groups change. It has a preflight of its
/// own, since the fleet may have changed since, and a person must be able to watch and to stop this
/// one too. Its artifact is the binary that each node has kept. Where two groups change it is a
/// switch back: the group that stands by has what ran before.
final class Returns {
  private Returns() {}

  static void asked(Draft draft, Request.RollbackRequested back) {
    if (draft.handsOff != null) {
      Refusals.refuse(draft, back, List.of(Hands.expected(draft)));
      return;
    }
    switch (release(draft, back)) {
      case Parsed.Invalid<ReleaseRequested>(List<String> problems) ->
          Refusals.refuse(draft, back, problems);
      case Parsed.Valid<ReleaseRequested>(ReleaseRequested release) ->
          Requests.release(draft, release);
    }
  }

  /// The release that takes back what is meant, or why there is none.
  static Parsed<ReleaseRequested> release(Draft draft, Request.RollbackRequested back) {
    ServiceDefinition definition = draft.definition;
    if (draft.isActive()) {
      return refused(
          "expected no active rollout, found "
              + draft.rollout().rolloutId()
              + " of "
              + draft.request().version()
              + "; take that one back with: serin abort "
              + draft.service()
              + ", and ask again once it is over");
    }
    if (draft.lastKnownGood == null || definition == null) {
      return refused(nothingCompleted(draft));
    }
    Ledger.Ended mixing = mixing(draft);
    return release(
        draft, definition, mixing == null ? completed(draft) : halted(draft, mixing), back);
  }

  private static Parsed<ReleaseRequested> refused(String problem) {
    return new Parsed.Invalid<>(List.of(problem));
  }

  /// What ran before the first release is on nobody's record as what every node shall run.
  private static String nothingCompleted(Draft draft) {
    Ledger.Ended mixing = mixing(draft);
    return "expected a release of "
        + draft.service()
        + " that completed, found none"
        + (mixing == null ? "" : ", and " + mixing.request().version() + " on a part of the fleet")
        + whatShallRun(draft);
  }

  private static String whatShallRun(Draft draft) {
    return "; release what shall run: serin release "
        + draft.service()
        + " --strategy emergency --artifact FILE --version VERSION";
  }

  /// What is taken back, and what is to run instead.
  ///
  /// @param strategy by which it came; none where that is not on record
  /// @param target none where nothing is on record
  private record Way(
      String rolloutId,
      String version,
      @Nullable String strategy,
      Ledger.@Nullable KnownVersion target) {}

  /// The rollout that has left its release on a part of the fleet, whatever has ended since; none
  /// where every node has what completed last.
  private static Ledger.@Nullable Ended mixing(Draft draft) {
    Ledger.Ended last = draft.lastEnded;
    boolean stopped =
        last != null
            && installs(draft, last.request())
            && (last.phase() == RolloutPhase.HALTED
                || last.phase() == RolloutPhase.ROLLBACK_FAILED);
    return draft.partly == null && stopped ? last : draft.partly;
  }

  /// What restarted or watched nodes has left no release on any.
  private static boolean installs(Draft draft, ReleaseRequested request) {
    String own = draft.definition == null ? "" : draft.definition.strategy();
    return Strategies.installs(request.strategy() == null ? own : request.strategy());
  }

  private static Way halted(Draft draft, Ledger.Ended mixing) {
    Ledger.KnownGood good = Objects.requireNonNull(draft.lastKnownGood);
    return new Way(
        mixing.rolloutId(),
        mixing.request().version(),
        mixing.request().strategy(),
        new Ledger.KnownVersion(good.artifact().sha256(), good.version(), mixing.filesBack()));
  }

  private static Way completed(Draft draft) {
    Ledger.KnownGood last = Objects.requireNonNull(draft.lastKnownGood);
    return new Way(
        last.rolloutId(),
        last.version(),
        last.strategy(),
        draft.earlier.isEmpty() ? null : draft.earlier.getLast());
  }

  private static Parsed<ReleaseRequested> release(
      Draft draft, ServiceDefinition definition, Way way, Request.RollbackRequested back) {
    if (back.rolloutId() != null && !back.rolloutId().equals(way.rolloutId())) {
      return refused(
          "expected the rollout whose release is on the fleet ("
              + way.rolloutId()
              + " of "
              + way.version()
              + "), found "
              + back.rolloutId());
    }
    if (way.target() == null) {
      return refused(
          "expected to know what ran before "
              + way.version()
              + ", found nothing on record"
              + whatShallRun(draft));
    }
    return new Parsed.Valid<>(theSameWay(definition, way, way.target(), back));
  }

  /// Back as the release came: by a switch where two groups changed; in its batches where its
  /// strategy's name says how many go at once; both only where the service still allows that. Else
  /// by the service's own batch.
  private static ReleaseRequested theSameWay(
      ServiceDefinition definition,
      Way way,
      Ledger.KnownVersion target,
      Request.RollbackRequested back) {
    if (definition.isBlueGreen()) {
      return release(definition, Strategies.BLUE_GREEN, way.version(), target, back);
    }
    String came = way.strategy();
    String strategy = came == null ? definition.strategy() : came;
    if (Strategies.takesCanariesAlong(strategy) || strategy.equals(Strategies.BLUE_GREEN)) {
      ReleaseRequested same = release(definition, strategy, way.version(), target, back);
      if (Overrides.apply(definition, same, true) instanceof Parsed.Valid) {
        return same;
      }
    }
    return release(definition, Strategies.EMERGENCY, way.version(), target, back);
  }

  private static ReleaseRequested release(
      ServiceDefinition definition,
      String strategy,
      String taken,
      Ledger.KnownVersion target,
      Request.RollbackRequested back) {
    return new ReleaseRequested(
        back.requestId(),
        back.service(),
        back.requestedBy(),
        "takes " + taken + " back" + (back.reason().isEmpty() ? "" : ": " + back.reason()),
        target.version(),
        kept(definition.install(), target.sha256()),
        null,
        strategy,
        overrides(definition, strategy),
        List.of(),
        false,
        Request.IfBusy.REJECT,
        Map.of(),
        false,
        target.files());
  }

  /// What the service expects of a new version says nothing of an old one, and a breach after it is
  /// back must not bring the new one back. Nobody waits on the way back, whoever's strategy it is.
  private static @Nullable JsonNode overrides(ServiceDefinition definition, String strategy) {
    if (strategy.equals(Strategies.BLUE_GREEN)) {
      return Json.mapper()
          .readTree(
              "{\"smoke\": [], \"soak\": \"PT0S\", \"pauses\": [], \"trafficSteps\": null,"
                  + " \"window\": \"PT0S\"}");
    }
    return definition.smoke().isEmpty()
            && definition.soak().isZero()
            && definition.pauses().isEmpty()
        ? null
        : Json.mapper().readTree("{\"smoke\": [], \"soak\": \"PT0S\", \"pauses\": []}");
  }

  /// The binary with this digest as a node keeps it.
  static Artifact kept(Install install, String sha256) {
    int slash = install.path().lastIndexOf('/');
    String path =
        install.path().substring(0, slash)
            + "/.serin/"
            + install.path().substring(slash + 1)
            + "-"
            + sha256;
    try {
      return new Artifact(new URI("node", null, path, null).toString(), sha256);
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException("an absolute path is a URI's path: " + path, impossible);
    }
  }

  /// What becomes of the definition for this release. Where the operator no longer allows files
  /// that a release has brought, they are taken back all the same: they are known by what this
  /// record has, not by what a request says of them.
  static Parsed<ServiceDefinition> merged(
      Draft draft, ServiceDefinition definition, ReleaseRequested release) {
    return Overrides.apply(
        definition,
        release,
        isWayBack(definition.install(), release.artifact()) && isOnRecord(draft, release.files()));
  }

  private static boolean isOnRecord(Draft draft, List<ReleaseFile> files) {
    Ledger.Ended mixing = mixing(draft);
    return draft.earlier.stream().anyMatch(it -> it.files().equals(files))
        || (mixing != null && mixing.filesBack().equals(files));
  }

  static boolean isWayBack(Install install, Artifact artifact) {
    return artifact.equals(kept(install, artifact.sha256()));
  }

  /// The installation where the release comes from the node's own store: keeping one binary more
  /// must not drop just that one.
  static Install sparing(Install install, Artifact artifact) {
    return isWayBack(install, artifact)
        ? new Install(
            install.path(),
            install.uid(),
            install.gid(),
            install.mode(),
            install.unit(),
            install.previous(),
            install.keep() + 1,
            install.files())
        : install;
  }

  /// The release is on every node. What ran there before is remembered; after a way back, only what
  /// ran before that is left to go back to.
  static void remember(Draft draft, Ledger.KnownGood good) {
    Rollout rollout = draft.rollout();
    String now = good.artifact().sha256();
    if (isWayBack(rollout.service().install(), good.artifact())) {
      int at = lastIndex(draft.earlier, now, rollout.request().files());
      if (at >= 0) {
        draft.earlier.subList(at, draft.earlier.size()).clear();
      }
    } else {
      // What stood by was not what ran.
      List<String> before =
          rollout.nodes().values().stream()
              .filter(node ->
                  !rollout.service().isBlueGreen()
                      || BlueGreen.isLeaving(rollout.service(), node.name()))
              .map(NodeRecord::sha256)
              .distinct()
              .toList();
      // What a release that halted has left on a part of the fleet, or on all of it, is nothing to
      // go back to.
      boolean one = before.size() == 1 && (draft.partly == null || draft.lastKnownGood == null);
      String past = one ? before.getFirst() : digest(draft.lastKnownGood);
      List<ReleaseFile> files = filesBefore(draft);
      if (rollout.service().isBlueGreen()) {
        overwritten(draft, files);
        files = List.of();
      }
      if (past != null && (!past.equals(now) || changesFiles(draft))) {
        draft.earlier.add(new Ledger.KnownVersion(past, draft.ledger().versionOf(past), files));
      }
    }
    while (draft.earlier.size() > Ledger.REMEMBERED_EARLIER) {
      draft.earlier.removeFirst();
    }
    draft.lastKnownGood = good;
  }

  private static List<ReleaseFile> filesBefore(Draft draft) {
    Rollout rollout = draft.rollout();
    return FileRecords.merged(
        rollout.service(),
        draft.partly == null ? List.of() : draft.partly.filesBack(),
        FileRecords.before(rollout));
  }

  /// Of two groups the one that left has its own files still. The one that came had those of an
  /// earlier release: the way back to that one, which comes to this group again, brings them back.
  private static void overwritten(Draft draft, List<ReleaseFile> files) {
    ServiceDefinition service = draft.rollout().service();
    Set<String> coming =
        service.canaries().stream().map(ServiceDefinition.Node::name).collect(Collectors.toSet());
    Set<String> before =
        draft.rollout().nodes().values().stream()
            .filter(node -> coming.contains(node.name()))
            .map(NodeRecord::sha256)
            .collect(Collectors.toSet());
    Predicate<Ledger.KnownVersion> isTheirs =
        known ->
            before.equals(Set.of(known.sha256()))
                || known.files().stream()
                    .anyMatch(it -> !it.nodes().isEmpty() && coming.containsAll(it.nodes()));
    // A file for all nodes, from before there were groups, is theirs only where nothing else is.
    Predicate<Ledger.KnownVersion> isEverybodys =
        known -> known.files().stream().anyMatch(it -> it.nodes().isEmpty());
    int at = newest(draft.earlier, isTheirs);
    at = at < 0 ? newest(draft.earlier, isEverybodys) : at;
    if (at >= 0 && !files.isEmpty()) {
      Ledger.KnownVersion known = draft.earlier.get(at);
      draft.earlier.set(
          at,
          new Ledger.KnownVersion(
              known.sha256(), known.version(), FileRecords.merged(service, known.files(), files)));
    }
  }

  /// Where the newest of these is; negative where there is none.
  private static int newest(
      List<Ledger.KnownVersion> earlier, Predicate<Ledger.KnownVersion> isOne) {
    int at = earlier.size() - 1;
    while (at >= 0 && !isOne.test(earlier.get(at))) {
      at--;
    }
    return at;
  }

  /// The same release once more is nothing to go back to.
  private static boolean changesFiles(Draft draft) {
    return !draft.rollout().service().isBlueGreen()
        && ((draft.partly != null && !draft.partly.filesBack().isEmpty())
            || draft.rollout().nodes().values().stream()
                .anyMatch(node -> !node.filesChanged().isEmpty()));
  }

  /// The same binary may have come with other files too.
  private static int lastIndex(
      List<Ledger.KnownVersion> earlier, String sha256, List<ReleaseFile> files) {
    return newest(earlier, it -> it.sha256().equals(sha256) && it.files().equals(files));
  }

  private static @Nullable String digest(Ledger.@Nullable KnownGood good) {
    return good == null ? null : good.artifact().sha256();
  }
}
