/// The sequences: what is said to HAProxy, in which order, and what is waited for. Each is written
/// straight down and may block; between any two of its effects the process may die, and the same
/// command given again ends in the same state.
@NullMarked
package dev.serin.haproxy.traffic;

import org.jspecify.annotations.NullMarked;
