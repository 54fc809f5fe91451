/// Standalone as a process of its own would be: with a real broker in it, and nothing to drive.
@NullMarked
package dev.serin.standalone;

import org.jspecify.annotations.NullMarked;
