/// The saga's wiring, on virtual Kafka.
@NullMarked
package dev.serin.coordinator.streams;

import org.jspecify.annotations.NullMarked;
