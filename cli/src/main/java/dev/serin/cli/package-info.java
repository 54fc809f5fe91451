/// The `serin` command: asks the coordinator over HTTP, and shows its answers to people and to
/// programs. It decides nothing about a rollout.
@NullMarked
package dev.serin.cli;

import org.jspecify.annotations.NullMarked;
