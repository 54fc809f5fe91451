/// Serin as separate processes on the lab's fleet, and what a client of its sees of it.
@NullMarked
package dev.serin.lab.cluster;

import org.jspecify.annotations.NullMarked;
