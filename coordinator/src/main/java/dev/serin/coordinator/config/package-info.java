/// The coordinator's beans and settings.
@NullMarked
package dev.serin.coordinator.config;

import org.jspecify.annotations.NullMarked;
