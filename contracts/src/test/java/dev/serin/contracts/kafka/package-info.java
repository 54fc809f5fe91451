/// A broker for integration tests, of every module.
@NullMarked
package dev.serin.contracts.kafka;

import org.jspecify.annotations.NullMarked;
