/// What must hold, checked on the truth after every effect.
@NullMarked
package dev.serin.simulation.invariant;

import org.jspecify.annotations.NullMarked;
