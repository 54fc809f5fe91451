/// The command as a whole.
@NullMarked
package dev.serin.cli;

import org.jspecify.annotations.NullMarked;
