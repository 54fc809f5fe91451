/// The saga's stories: one act a line, and what follows from it.
@NullMarked
package dev.serin.coordinator.saga;

import org.jspecify.annotations.NullMarked;
