package dev.serin.incus.artifact;

import dev.serin.contracts.request.Artifact;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Artifacts, with the coordinator's store behind them: what was installed from elsewhere is put
/// there, so that a rollback finds it when the node and the build machine have lost it.
///
/// Putting goes on beside the agent's work, one after the other, each by several tries ([Putting]).
/// It is left out where too much waits. What the store has not taken is remembered: the rollouts
/// that rely on it tell, and the next push or preflight tries again.
public final class StoredArtifacts implements ArtifactSource, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StoredArtifacts.class);
  private static final int WAITING = 16;

  /// How many digests are remembered as not taken.
  private static final int REMEMBERED = 100;

  /// What the store has not taken.
  private record Unstored(Artifact artifact, String why) {}

  private final ArtifactSource source;
  private final Optional<Store> store;
  private final Optional<StoreUpload> upload;
  private final Putting.Pause pause;
  private final StoreMetrics metrics;
  private final ExecutorService beside;

  /// What waits or is being put, by digest, from where it was installed last: an earlier place may
  /// be gone by now, a pipeline's own directory for one.
  private final Map<String, Artifact> underWay = new ConcurrentHashMap<>();

  private final Map<String, Unstored> unstored = new LinkedHashMap<>();

  /// @param store none where there is none
  public StoredArtifacts(ArtifactSource source, Optional<Store> store, StoreMetrics metrics) {
    this(source, store, metrics, Thread::sleep, oneByOne());
  }

  /// @param beside closed with this
  StoredArtifacts(
      ArtifactSource source,
      Optional<Store> store,
      StoreMetrics metrics,
      Putting.Pause pause,
      ExecutorService beside) {
    this.source = source;
    this.store = store;
    this.metrics = metrics;
    this.pause = pause;
    this.upload = store.map(it -> new StoreUpload(source, it));
    this.beside = beside;
  }

  private static ExecutorService oneByOne() {
    ThreadPoolExecutor one =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("artifact-store").daemon().factory());
    one.allowCoreThreadTimeOut(true);
    return one;
  }

  @Override
  public Located locate(Artifact artifact) {
    return source.locate(artifact);
  }

  @Override
  public Located locateFile(Artifact artifact) {
    Optional<Artifact> ours =
        Store.isOfAny(artifact) ? stored(artifact.sha256()) : Optional.empty();
    if (ours.isEmpty() || ours.get().equals(artifact)) {
      return source.locateFile(artifact);
    }
    // Who sent it there may know the coordinator by another address than this machine does, and
    // what is private is given to nobody at that one.
    Located here = source.locateFile(ours.get());
    return here instanceof Located.Unusable
            && source.locateFile(artifact) instanceof Located.Here there
        ? there
        : here;
  }

  @Override
  public Optional<Artifact> stored(String sha256) {
    return store.map(it -> it.at(sha256));
  }

  @Override
  public void installed(Artifact artifact) {
    if (isToBePut(artifact) && underWay.put(artifact.sha256(), artifact) == null) {
      begin(artifact);
    }
  }

  private boolean isToBePut(Artifact artifact) {
    Optional<Artifact> stored = stored(artifact.sha256());
    return stored.isPresent()
        && !stored.get().equals(artifact)
        && !(ArtifactUri.of(artifact.uri()) instanceof ArtifactUri.OnNode);
  }

  private void begin(Artifact artifact) {
    try {
      beside.execute(() -> put(artifact.sha256()));
    } catch (RejectedExecutionException full) {
      underWay.remove(artifact.sha256());
      metrics.put(StoreMetrics.Outcome.LEFT_OUT);
      log.atWarn()
          .addKeyValue("sha256", artifact.sha256())
          .log("the store of artifacts was not given an artifact, since {} wait for it", WAITING);
      remember(artifact, WAITING + " others wait for it");
    }
  }

  /// What was not taken is tried once more, beside.
  @Override
  public Optional<String> unstored(String sha256) {
    @Nullable Unstored found;
    synchronized (unstored) {
      found = unstored.get(sha256);
    }
    if (found == null) {
      return Optional.empty();
    }
    if (underWay.putIfAbsent(sha256, found.artifact()) == null) {
      begin(found.artifact());
    }
    return Optional.of(found.why());
  }

  private void put(String sha256) {
    @Nullable Artifact artifact = underWay.get(sha256);
    try {
      while (artifact != null) {
        put(artifact);
        // Where it was installed from another place meanwhile, that one has its own tries.
        artifact = underWay.remove(sha256, artifact) ? null : underWay.get(sha256);
      }
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    } finally {
      if (artifact != null) {
        underWay.remove(sha256);
      }
    }
  }

  private void put(Artifact artifact) throws InterruptedException {
    Optional<String> failed =
        upload.isEmpty()
            ? Optional.empty()
            : new Putting(upload.get(), pause, metrics).put(artifact);
    if (failed.isPresent()) {
      remember(artifact, failed.get());
    } else {
      forget(artifact);
    }
  }

  private void remember(Artifact artifact, String why) {
    synchronized (unstored) {
      unstored.remove(artifact.sha256());
      unstored.put(artifact.sha256(), new Unstored(artifact, why));
      if (unstored.size() > REMEMBERED) {
        unstored.remove(unstored.keySet().iterator().next());
      }
    }
  }

  private void forget(Artifact artifact) {
    synchronized (unstored) {
      unstored.remove(artifact.sha256());
    }
  }

  @Override
  public void close() {
    beside.shutdownNow();
    upload.ifPresent(StoreUpload::close);
  }
}
