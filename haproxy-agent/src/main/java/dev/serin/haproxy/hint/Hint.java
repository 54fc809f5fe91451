package dev.serin.haproxy.hint;

import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import org.jspecify.annotations.Nullable;

/// What an agent knows of an armed switch from its last life.
///
/// @param guard that armed it
/// @param wentOff what it has done already; none where it has not gone off
public record Hint(GuardServers guard, @Nullable WentOff wentOff) {}
