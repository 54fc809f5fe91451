/// The sli-watcher's settings, and how its parts are put together.
@NullMarked
package dev.serin.sli.config;

import org.jspecify.annotations.NullMarked;
