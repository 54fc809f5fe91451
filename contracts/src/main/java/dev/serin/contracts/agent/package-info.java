/// What every agent's commands and answers have in common, and the desk at which an agent takes
/// them.
@NullMarked
package dev.serin.contracts.agent;

import org.jspecify.annotations.NullMarked;
