@NullMarked
package dev.serin.sli.prometheus;

import org.jspecify.annotations.NullMarked;
