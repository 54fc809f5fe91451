package dev.serin.coordinator.rescue;

import dev.serin.contracts.Check;
import dev.serin.contracts.rescue.SheetHead;
import dev.serin.coordinator.saga.Ledger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Rescue sheets as files, one a service with an active rollout: `SERVICE.sh`. Each is replaced as
/// a whole when a step begins or ends, and is gone when the rollout is over. They may be lost:
/// nothing reads them but people.
///
/// A service may become another coordinator's. What this one has of it then is given to nobody who
/// asks for it over HTTP, and its file says since when; it stays, since it may be the only one that
/// is left when all of Serin is gone.
public final class RescueFiles implements RescueSheets {
  private static final Logger log = LoggerFactory.getLogger(RescueFiles.class);

  private static final String SHEET = ".sh";
  private static final String LOST = ".lost.sh";

  private final Path directory;
  private final Path store;
  private final InstantSource clock;
  private final @Nullable String instance;
  private final Map<String, Sheet> newest = new ConcurrentHashMap<>();

  /// @param text without its head; empty where no rollout is active
  private record Sheet(String text, SheetHead head) {
    boolean isEmpty() {
      return text.isEmpty();
    }

    String whole() {
      return head.on(text);
    }
  }

  /// @param directory made when it is needed
  /// @param store the directory of the store of artifacts
  /// @param instance what this coordinator is called; none where it has no name
  public RescueFiles(Path directory, Path store, InstantSource clock, @Nullable String instance) {
    this.directory = directory;
    this.store = store;
    this.clock = clock;
    this.instance = instance;
  }

  /// What is there was written before this process began, which has no service yet: another
  /// coordinator may have gone on while it was away.
  public void begin() {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SHEET)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (!name.endsWith(LOST)) {
          mark(name.substring(0, name.length() - SHEET.length()));
        }
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      log.atWarn().log("rescue sheets of before stay as they are: {}", unreadable.toString());
    }
  }

  private void mark(String service) {
    try {
      String sheet = Files.readString(file(service), StandardCharsets.UTF_8);
      Optional<SheetHead> head = SheetHead.of(sheet).filter(it -> it.letGoAt() == null);
      if (head.isPresent()) {
        write(service, head.get().letGo(now()).on(sheet));
      }
    } catch (IOException stays) {
      saysNotThatItIsLeft(service, stays);
    }
  }

  @Override
  public void changed(Ledger ledger) {
    String service = ledger.service();
    if (!Check.isName(service)) {
      return;
    }
    Sheet sheet = new Sheet(text(ledger), new SheetHead(now(), instance, null));
    Sheet before = newest.get(service);
    if (before != null && before.text().equals(sheet.text())) {
      return;
    }
    newest.put(service, sheet);
    try {
      if (sheet.isEmpty()) {
        Files.deleteIfExists(file(service));
      } else {
        write(service, sheet.whole());
        Files.deleteIfExists(lostFile(service));
      }
    } catch (IOException unwritable) {
      // A full disk must not stop a rollout.
      log.atWarn()
          .addKeyValue("service", service)
          .log("no rescue sheet at {}: {}", file(service), unwritable.toString());
    }
  }

  @Override
  public void lost(String service) {
    if (!Check.isName(service)) {
      return;
    }
    newest.put(service, new Sheet("", new SheetHead(now(), instance, null)));
    try {
      if (Files.exists(file(service))) {
        Files.move(file(service), lostFile(service), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException stays) {
      log.atWarn().addKeyValue("service", service).log("the sheet stays: {}", stays.toString());
    }
  }

  @Override
  public void left(String service) {
    Sheet last = newest.remove(service);
    if (last == null || last.isEmpty()) {
      return;
    }
    try {
      write(service, last.head().letGo(now()).on(last.text()));
    } catch (IOException unwritable) {
      saysNotThatItIsLeft(service, unwritable);
    }
  }

  private void saysNotThatItIsLeft(String service, IOException why) {
    log.atWarn()
        .addKeyValue("service", service)
        .log(
            "the rescue sheet at {} does not say that this coordinator has let go of it: {}",
            file(service),
            why.toString());
  }

  /// The sheet of a rollout whose record was lost: nobody else knows any more what it had done.
  private Path lostFile(String service) {
    return directory.resolve(service + LOST);
  }

  /// Nobody but people reads it, so even a bug in it must not stop the saga.
  private String text(Ledger ledger) {
    try {
      return Rescue.of(ledger, store).orElse("");
    } catch (RuntimeException bug) {
      log.atError()
          .setCause(bug)
          .addKeyValue("service", ledger.service())
          .log("the rescue sheet could not be written");
      return "";
    }
  }

  private void write(String service, String sheet) throws IOException {
    Files.createDirectories(directory);
    Path part = directory.resolve("." + service + ".part");
    Files.writeString(part, sheet, StandardCharsets.UTF_8);
    Files.move(
        part, file(service), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path file(String service) {
    return directory.resolve(service + SHEET);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /// The sheet of a service that is this coordinator's; none where no rollout of it is active, and
  /// where it is another one's.
  public Optional<String> read(String service) {
    Sheet sheet = newest.get(service);
    if (sheet == null) {
      return Optional.empty();
    }
    return sheet.isEmpty() ? lostSheet(service) : Optional.of(sheet.whole());
  }

  private Optional<String> lostSheet(String service) {
    try {
      return Check.isName(service) && Files.exists(lostFile(service))
          ? Optional.of(Files.readString(lostFile(service), StandardCharsets.UTF_8))
          : Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }
}
