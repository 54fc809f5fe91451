/// All services and an embedded broker in one process: for a fleet of one team, with nothing else
/// to run.
@NullMarked
package dev.serin.standalone;

import org.jspecify.annotations.NullMarked;
