/// What a release is going to do, tested.
@NullMarked
package dev.serin.coordinator.plan;

import org.jspecify.annotations.NullMarked;
