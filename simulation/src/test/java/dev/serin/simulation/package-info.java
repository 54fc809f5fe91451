/// The simulation's own tests: what holds over thousands of seeds, and that nothing escapes it.
@NullMarked
package dev.serin.simulation;

import org.jspecify.annotations.NullMarked;
