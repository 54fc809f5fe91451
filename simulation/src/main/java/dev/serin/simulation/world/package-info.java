/// HAProxy, Incus and Prometheus at the wires that production code speaks on, and the truth behind
/// them.
@NullMarked
package dev.serin.simulation.world;

import org.jspecify.annotations.NullMarked;
