/// Tests of the calls to those outside.
@NullMarked
package dev.serin.sli.hook;

import org.jspecify.annotations.NullMarked;
