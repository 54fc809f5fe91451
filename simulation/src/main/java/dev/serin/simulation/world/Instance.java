package dev.serin.simulation.world;

import dev.serin.simulation.engine.Loop;
import dev.serin.simulation.engine.VirtualProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A container: its files, its one unit, and what runs in it.
public final class Instance {
  static final String DIRECTORY = "/opt/api";
  static final String STORE = DIRECTORY + "/.serin";

  /// A file.
  ///
  /// @param changedAt when it got its place
  @SuppressWarnings("ArrayRecordComponent") // compared by digest
  record VirtualFile(byte[] content, String sha256, Instant changedAt) {
    VirtualFile(byte[] content, Instant changedAt) {
      this(content, Binary.sha256(content), changedAt);
    }
  }

  private final Loop loop;
  private final String name;
  private final String address;
  private final Map<String, VirtualFile> files = new TreeMap<>();
  private final Unit unit;
  private VirtualProcess processes;
  private boolean running = true;
  private @Nullable Thread lockedBy;
  private long fence;
  private boolean diskFull;
  private boolean restartedBySerin;
  private long boots;

  Instance(Loop loop, String name, String address, Binary first) {
    this.loop = loop;
    this.name = name;
    this.address = address;
    this.unit = new Unit(loop, this);
    this.processes = new VirtualProcess(loop, name);
    files.put(target(), new VirtualFile(first.content(), loop.now().minus(Duration.ofDays(1))));
    unit.boot();
  }

  public String name() {
    return name;
  }

  public String address() {
    return address;
  }

  public Unit unit() {
    return unit;
  }

  String target() {
    return DIRECTORY + "/api";
  }

  VirtualProcess processes() {
    return processes;
  }

  public boolean isRunning() {
    return running;
  }

  /// `incus stop --force`: whatever runs in it is gone, half done or not.
  public void stop() {
    running = false;
    lockedBy = null;
    processes.kill();
    unit.stop();
  }

  /// `incus start`.
  public void start() {
    if (!running) {
      running = true;
      processes = new VirtualProcess(loop, name + " boot " + ++boots);
      unit.boot();
    }
  }

  /// Somebody copies a binary of their own over the installed one.
  public void replaceByHand() {
    write(target(), new Binary("by-hand", Behaviour.GOOD).content());
  }

  /// Somebody restarts the unit.
  ///
  /// @param red for how long it looks as if its requests failed then
  public void restartByHand(Duration red) {
    if (running) {
      unit.restart(red);
    }
  }

  public void fillDisk(boolean full) {
    diskFull = full;
  }

  boolean isDiskFull() {
    return diskFull;
  }

  Map<String, VirtualFile> files() {
    return files;
  }

  byte @Nullable [] content(String path) {
    VirtualFile file = files.get(path);
    return file == null ? null : file.content();
  }

  /// When the file got its place.
  Instant changedAt(String path) {
    return Objects.requireNonNull(files.get(path), path).changedAt();
  }

  long boots() {
    return boots;
  }

  /// Empty where there is no such file.
  String digest(String path) {
    VirtualFile file = files.get(path);
    return file == null ? "" : file.sha256();
  }

  /// The installed binary.
  public String installed() {
    return digest(target());
  }

  void write(String path, byte[] content) {
    files.put(path, new VirtualFile(content, loop.now()));
  }

  void move(String from, String to) {
    VirtualFile file = Objects.requireNonNull(files.remove(from), from);
    files.put(to, new VirtualFile(file.content(), file.sha256(), loop.now()));
  }

  /// Whether its process is younger than the installed binary.
  public boolean runsInstalled() {
    Unit.Life life = unit.life();
    VirtualFile file = files.get(target());
    return life != null
        && file != null
        && !unit.hasJob()
        && life.startedAt().isAfter(file.changedAt().plusMillis(20));
  }

  boolean lock() {
    if (lockedBy != null && !lockedBy.equals(Thread.currentThread())) {
      return false;
    }
    lockedBy = Thread.currentThread();
    return true;
  }

  void unlock() {
    if (Thread.currentThread().equals(lockedBy)) {
      lockedBy = null;
    }
  }

  /// The newest fence obeyed here.
  long fence() {
    return fence;
  }

  void obey(long newer) {
    fence = newer;
  }

  /// Serin has restarted the unit, and its health has not been proven since.
  public boolean isUnproven() {
    return restartedBySerin;
  }

  void restartedBySerin() {
    restartedBySerin = true;
  }

  void provenHealthy() {
    restartedBySerin = false;
  }
}
