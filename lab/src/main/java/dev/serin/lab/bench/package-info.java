/// `lab/bench`: the limits on time and memory, measured against a baseline in the same run.
@NullMarked
package dev.serin.lab.bench;

import org.jspecify.annotations.NullMarked;
