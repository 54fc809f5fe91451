/// The saga's Kafka Streams shell: stores, timers, decoding, dead letters.
@NullMarked
package dev.serin.coordinator.streams;

import org.jspecify.annotations.NullMarked;
