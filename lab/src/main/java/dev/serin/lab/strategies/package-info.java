/// Each strategy on the real fleet: completed, and taken back at each of its steps.
@NullMarked
package dev.serin.lab.strategies;

import org.jspecify.annotations.NullMarked;
