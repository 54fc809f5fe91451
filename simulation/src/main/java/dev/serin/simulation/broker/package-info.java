/// Kafka as it is to those who use it: ordered logs, consumers that rewind, transactions that
/// abort.
@NullMarked
package dev.serin.simulation.broker;

import org.jspecify.annotations.NullMarked;
