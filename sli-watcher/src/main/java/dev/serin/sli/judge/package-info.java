/// What a number comes to, and which slots of an analysis are due. Pure: no clock, no I/O; time
/// comes as a parameter.
@NullMarked
package dev.serin.sli.judge;

import org.jspecify.annotations.NullMarked;
