package dev.serin.cli.coordinator;

import java.io.IOException;

/// The stream was refused (4xx): most likely the id to resume from is not known any more.
public final class StreamRefused extends IOException {
  StreamRefused(String message) {
    super(message);
  }
}
