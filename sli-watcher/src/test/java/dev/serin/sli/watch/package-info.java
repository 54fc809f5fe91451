@NullMarked
package dev.serin.sli.watch;

import org.jspecify.annotations.NullMarked;
