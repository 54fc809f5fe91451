package dev.serin.coordinator.saga;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.Map;

/// What services and the one who keeps the turns say to each other, between partitions. Each word
/// may come twice.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(TurnWord.Wanted.class),
  @JsonSubTypes.Type(TurnWord.Returned.class),
  @JsonSubTypes.Type(TurnWord.Granted.class)
})
public sealed interface TurnWord {
  String service();

  String rolloutId();

  /// A rollout wants to start.
  ///
  /// @param labels of its release
  @JsonTypeName("wanted")
  record Wanted(String service, String rolloutId, Map<String, String> labels) implements TurnWord {
    public Wanted {
      labels = Map.copyOf(labels);
    }
  }

  /// It is over, or will not start any more.
  @JsonTypeName("returned")
  record Returned(String service, String rolloutId) implements TurnWord {}

  /// It may start.
  @JsonTypeName("granted")
  record Granted(String service, String rolloutId) implements TurnWord {}
}
