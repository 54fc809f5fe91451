/// What goes wrong, where and when, by seed.
@NullMarked
package dev.serin.simulation.fault;

import org.jspecify.annotations.NullMarked;
