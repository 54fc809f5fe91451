/// That the world's mishaps are what they say.
@NullMarked
package dev.serin.simulation.world;

import org.jspecify.annotations.NullMarked;
