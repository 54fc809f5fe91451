package dev.serin.haproxy.hint;

import java.io.IOException;
import java.util.Map;

/// Where hints outlive the process that wrote them: one a service.
public interface HintStore {
  /// Keeps nothing.
  HintStore NONE =
      new HintStore() {
        @Override
        public void write(String service, String text) {}

        @Override
        public void remove(String service) {}

        @Override
        public Map<String, Found> all() {
          return Map.of();
        }

        @Override
        public String place(String service) {
          return "nowhere";
        }
      };

  /// What is there of a service.
  sealed interface Found {
    record Text(String text) implements Found {}

    /// @param expected what a hint is
    /// @param found what is there instead
    record Unreadable(String expected, String found) implements Found {}
  }

  /// Replaces what is there as a whole: whoever reads finds all of the one or all of the other.
  void write(String service, String text) throws IOException;

  /// Nothing is there of the service any more; not an error where nothing was.
  void remove(String service) throws IOException;

  /// All that is there, by the services' names; empty where nothing was ever written.
  Map<String, Found> all() throws IOException;

  /// Where a person finds a service's hint.
  String place(String service);
}
