/// Virtual time and one thread of control: everything that happens, happens in an order that
/// follows from the seed.
@NullMarked
package dev.serin.simulation.engine;

import org.jspecify.annotations.NullMarked;
