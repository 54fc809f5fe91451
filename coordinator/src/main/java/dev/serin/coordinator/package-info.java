/// The coordinator: turns requests and agents' events into commands.
@NullMarked
package dev.serin.coordinator;

import org.jspecify.annotations.NullMarked;
