/// The commands and events of the sli-watcher.
@NullMarked
package dev.serin.contracts.sli;

import org.jspecify.annotations.NullMarked;
