package dev.serin.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class MessagesTest {
  private static JsonNode event(String rollout, int sequence, String phase) {
    return Json.mapper()
        .readTree(
            "{\"rolloutId\": \"%s\", \"sequence\": %d, \"phase\": \"%s\"}"
                .formatted(rollout, sequence, phase));
  }

  @Test
  void isContentWithOneEndAndAllNumbers() {
    assertThat(
            Messages.violations(
                Set.of("a", "b"),
                Set.of(),
                List.of(
                    event("a", 1, "ROLLING"),
                    event("b", 1, "REJECTED"),
                    event("a", 2, "COMPLETED"))))
        .isEmpty();
  }

  @Test
  void findsARequestWithoutAnEnd() {
    assertThat(Messages.violations(Set.of("a"), Set.of(), List.of()))
        .containsExactly("a: was accepted and has 0 ends");
    assertThat(Messages.violations(Set.of("a"), Set.of(), List.of(event("a", 1, "ROLLING"))))
        .containsExactly("a: was accepted and has 0 ends");
  }

  @Test
  void findsAGapAndANumberTwice() {
    assertThat(
            Messages.violations(
                Set.of("a"),
                Set.of(),
                List.of(event("a", 1, "ROLLING"), event("a", 3, "COMPLETED"))))
        .containsExactly("a: its sequence has a gap or a number twice at 2");
    assertThat(
            Messages.violations(
                Set.of("a"),
                Set.of(),
                List.of(event("a", 1, "ROLLING"), event("a", 1, "COMPLETED"))))
        .hasSize(1);
  }

  @Test
  void findsWhatComesAfterTheEndAndWhatNobodyAskedFor() {
    assertThat(
            Messages.violations(
                Set.of("a"),
                Set.of(),
                List.of(event("a", 1, "COMPLETED"), event("a", 2, "ROLLING"))))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("a: its end is followed by");
    assertThat(Messages.violations(Set.of(), Set.of(), List.of(event("a", 1, "COMPLETED"))))
        .containsExactly("a: nobody asked for it");
  }

  @Test
  void knowsAnActThatCameTooLateByItsRefusal() {
    assertThat(
            Messages.violations(Set.of(), Set.of("abort"), List.of(event("abort", 1, "REJECTED"))))
        .isEmpty();
    assertThat(
            Messages.violations(Set.of(), Set.of("abort"), List.of(event("abort", 1, "COMPLETED"))))
        .singleElement()
        .asString()
        .startsWith("abort: expected its refusal alone");
  }
}
