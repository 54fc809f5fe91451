/// Durations as people write them on the lab's command lines.
@NullMarked
package dev.serin.lab.time;

import org.jspecify.annotations.NullMarked;
