/// The terminal: a screen to draw on, given back as it was.
@NullMarked
package dev.serin.cli.terminal;

import org.jspecify.annotations.NullMarked;
