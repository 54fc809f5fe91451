package dev.serin.incus.rest;

/// How a command in an instance ended.
///
/// @param code its exit code; 127 where the command itself is missing
/// @param output what it wrote to standard output
/// @param errors what it wrote to standard error
public record Ended(int code, String output, String errors) {}
