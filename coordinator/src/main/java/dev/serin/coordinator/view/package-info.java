/// What the coordinator's topics say, ready to be read: the services and rollouts as they are now,
/// one rollout's events, and the live stream of all events. Everything here is read back from the
/// broker, so every instance of the coordinator answers every question alike; nothing here decides.
@NullMarked
package dev.serin.coordinator.view;

import org.jspecify.annotations.NullMarked;
