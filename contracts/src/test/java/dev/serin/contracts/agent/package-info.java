/// The desk at which an agent takes its commands.
@NullMarked
package dev.serin.contracts.agent;

import org.jspecify.annotations.NullMarked;
