/// What a person does when Serin itself is gone: the commands that take a rollout back, or finish
/// it, from where it is.
@NullMarked
package dev.serin.coordinator.rescue;

import org.jspecify.annotations.NullMarked;
