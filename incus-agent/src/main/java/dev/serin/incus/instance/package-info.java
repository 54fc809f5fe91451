/// What the agent does in an instance: one sequence a command, each safe to run again from the
/// start wherever it was cut off, and the small shell scripts that they run there.
@NullMarked
package dev.serin.incus.instance;

import org.jspecify.annotations.NullMarked;
