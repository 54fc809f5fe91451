/// What a release is going to do: the steps, their deadlines, and the queries that judge it.
@NullMarked
package dev.serin.coordinator.plan;

import org.jspecify.annotations.NullMarked;
