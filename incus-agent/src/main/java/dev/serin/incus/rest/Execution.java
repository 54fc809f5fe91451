package dev.serin.incus.rest;

/// A command that was started in an instance. It can't be cancelled, so it runs under a time-out of
/// its own.
///
/// @param operation the path of its operation, which the server forgets 5 s after its end
public record Execution(String operation) {}
