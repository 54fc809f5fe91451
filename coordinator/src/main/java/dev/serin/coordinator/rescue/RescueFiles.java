package dev.serin.coordinator.rescue;

import dev.serin.contracts.Check;
import dev.serin.coordinator.saga.Ledger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Rescue sheets as files, one a service with an active rollout: `SERVICE.sh`. Each is replaced as
/// a whole when a step begins or ends, and is gone when the rollout is over. They may be lost:
/// nothing reads them but people.
public final class RescueFiles implements RescueSheets {
  private static final Logger log = LoggerFactory.getLogger(RescueFiles.class);

  private final Path directory;
  private final Path store;
  private final Map<String, String> newest = new ConcurrentHashMap<>();

  /// @param directory made when it is needed
  /// @param store the directory of the store of artifacts
  public RescueFiles(Path directory, Path store) {
    this.directory = directory;
    this.store = store;
  }

  @Override
  public void changed(Ledger ledger) {
    String service = ledger.service();
    if (!Check.isName(service)) {
      return;
    }
    String sheet = sheet(ledger);
    if (sheet.equals(newest.put(service, sheet))) {
      return;
    }
    try {
      if (sheet.isEmpty()) {
        Files.deleteIfExists(file(service));
      } else {
        write(service, sheet);
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
    try {
      if (Check.isName(service) && Files.exists(file(service))) {
        Files.move(file(service), lostFile(service), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException stays) {
      log.atWarn().addKeyValue("service", service).log("the sheet stays: {}", stays.toString());
    }
  }

  /// The sheet of a rollout whose record was lost: nobody else knows any more what it had done.
  private Path lostFile(String service) {
    return directory.resolve(service + ".lost.sh");
  }

  /// Nobody but people reads it, so even a bug in it must not stop the saga.
  private String sheet(Ledger ledger) {
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
    return directory.resolve(service + ".sh");
  }

  /// The sheet of a service; none where this coordinator has written none.
  public Optional<String> read(String service) {
    String sheet = newest.get(service);
    return sheet == null || sheet.isEmpty() ? lostSheet(service) : Optional.of(sheet);
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
