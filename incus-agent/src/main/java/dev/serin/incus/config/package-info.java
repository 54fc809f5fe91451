/// The agent's settings, and how its parts are put together.
@NullMarked
package dev.serin.incus.config;

import org.jspecify.annotations.NullMarked;
