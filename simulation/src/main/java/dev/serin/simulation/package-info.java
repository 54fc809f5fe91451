/// Serin on a machine of its own making: all services, a fleet and its faults in virtual time, one
/// seed a run.
@NullMarked
package dev.serin.simulation;

import org.jspecify.annotations.NullMarked;
