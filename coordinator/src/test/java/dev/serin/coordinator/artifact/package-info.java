/// Tests of the store of artifacts on a real disk.
@NullMarked
package dev.serin.coordinator.artifact;

import org.jspecify.annotations.NullMarked;
