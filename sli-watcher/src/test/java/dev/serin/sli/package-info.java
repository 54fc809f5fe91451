@NullMarked
package dev.serin.sli;

import org.jspecify.annotations.NullMarked;
