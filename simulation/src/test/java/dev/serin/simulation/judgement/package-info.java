/// What holds of the benchmark of the judgement.
@NullMarked
package dev.serin.simulation.judgement;

import org.jspecify.annotations.NullMarked;
