package dev.serin.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.lab.chaos.Catalogue.Nature;
import dev.serin.lab.chaos.Catalogue.Release;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogueTest {
  private final Catalogue catalogue =
      new Catalogue(
          List.of(release("v1", Nature.GOOD), release("v2", Nature.GOOD)),
          release("fails", Nature.FAILING),
          List.of(release("sick", Nature.UNHEALTHY), release("ends", Nature.UNHEALTHY)));

  private static Release release(String version, Nature nature) {
    return new Release(version, Path.of(version), nature);
  }

  @Test
  void everySecondReleaseIsABadOne() {
    List<String> versions = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      versions.add(catalogue.now().version());
      catalogue.next();
    }
    assertThat(versions).containsExactly("v1", "fails", "v2", "sick", "v1", "fails", "v2", "ends");
  }

  @Test
  void whatWasRefusedKeepsItsTurn() {
    catalogue.next();
    assertThat(catalogue.now().version()).isEqualTo("fails");
    assertThat(catalogue.now().version()).isEqualTo("fails");
  }
}
