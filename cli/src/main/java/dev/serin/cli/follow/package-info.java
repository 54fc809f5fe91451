/// Follows rollouts as they go: the event stream for what happens, the polled state for the truth,
/// and both again after a lost connection.
@NullMarked
package dev.serin.cli.follow;

import org.jspecify.annotations.NullMarked;
