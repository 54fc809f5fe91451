/// The rollout protocol: pure decisions over one service's ledger. Time, answers and requests
/// arrive as inputs; commands, events and states leave as a decision.
@NullMarked
package dev.serin.coordinator.saga;

import org.jspecify.annotations.NullMarked;
