/// What the coordinator tells the world: rollout events and rollout states.
@NullMarked
package dev.serin.contracts.rollout;

import org.jspecify.annotations.NullMarked;
