package dev.serin.incus.rest;

import java.nio.charset.StandardCharsets;

/// What an Incus server answered.
///
/// @param status the HTTP status, which says little: look at the [Envelope]
@SuppressWarnings("ArrayRecordComponent") // a body is compared by nobody
public record Reply(int status, byte[] body) {
  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
