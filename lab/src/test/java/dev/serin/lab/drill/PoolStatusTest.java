package dev.serin.lab.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PoolStatusTest {

  @Test
  void readsTheServersByTheColumnsNames() {
    String csv =
        """
        # pxname,svname,qcur,status,
        www,FRONTEND,,OPEN,
        api_pool,backend-api-1,0,UP,
        api_pool,backend-api-2,0,DOWN 1/2,
        api_pool,BACKEND,0,UP,
        other,backend-api-3,0,UP,

        """;

    assertThat(PoolStatus.parse(csv, "api_pool"))
        .containsExactly(
            org.assertj.core.api.Assertions.entry("backend-api-1", "UP"),
            org.assertj.core.api.Assertions.entry("backend-api-2", "DOWN 1/2"));
  }

  @Test
  void refusesWhatIsNoStat() {
    assertThatThrownBy(() -> PoolStatus.parse("Permission denied\n", "api_pool"))
        .hasMessage("expected the header of 'show stat', was 'Permission denied'");
  }
}
