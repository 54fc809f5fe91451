/// Topics, headers, dead letters: how messages travel.
@NullMarked
package dev.serin.contracts.kafka;

import org.jspecify.annotations.NullMarked;
