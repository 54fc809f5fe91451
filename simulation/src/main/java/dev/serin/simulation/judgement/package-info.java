/// A benchmark of the judgement: how often each rule takes a good release back, how often and how
/// soon it catches a bad one, in simulated windows of which the truth is known. `make judgement`
/// runs it.
@NullMarked
package dev.serin.simulation.judgement;

import org.jspecify.annotations.NullMarked;
