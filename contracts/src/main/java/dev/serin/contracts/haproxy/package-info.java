/// The commands and events of the haproxy-agent.
@NullMarked
package dev.serin.contracts.haproxy;

import org.jspecify.annotations.NullMarked;
