/// Tests of the views against a real broker, and what they share with those of the HTTP side.
@NullMarked
package dev.serin.coordinator.view;

import org.jspecify.annotations.NullMarked;
