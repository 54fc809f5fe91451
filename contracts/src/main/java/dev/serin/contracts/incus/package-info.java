/// The commands and events of the incus-agent.
@NullMarked
package dev.serin.contracts.incus;

import org.jspecify.annotations.NullMarked;
