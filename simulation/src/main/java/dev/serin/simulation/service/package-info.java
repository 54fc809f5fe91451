/// Serin's own processes, made of production code: they start, die, freeze and come back.
@NullMarked
package dev.serin.simulation.service;

import org.jspecify.annotations.NullMarked;
