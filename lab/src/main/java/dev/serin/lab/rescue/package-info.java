/// Rollouts that are finished or taken back by their rescue sheet while all of Serin is dead.
@NullMarked
package dev.serin.lab.rescue;

import org.jspecify.annotations.NullMarked;
