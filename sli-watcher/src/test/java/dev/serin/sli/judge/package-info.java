@NullMarked
package dev.serin.sli.judge;

import org.jspecify.annotations.NullMarked;
