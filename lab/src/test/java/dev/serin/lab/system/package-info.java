/// Serin's services as separate processes, on the lab's fleet.
@NullMarked
package dev.serin.lab.system;

import org.jspecify.annotations.NullMarked;
