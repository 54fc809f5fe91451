/// Talks HTTP with the coordinator: requests, states and the event stream.
@NullMarked
package dev.serin.cli.coordinator;

import org.jspecify.annotations.NullMarked;
