/// The failover drill: one node is killed under load, and the fleet has to carry on and to take it
/// back.
@NullMarked
package dev.serin.lab.drill;

import org.jspecify.annotations.NullMarked;
