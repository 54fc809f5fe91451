/// The lab's fleet and Serin's own processes, as the demo, the system tests and the benchmarks use
/// them.
@NullMarked
package dev.serin.lab.fleet;

import org.jspecify.annotations.NullMarked;
