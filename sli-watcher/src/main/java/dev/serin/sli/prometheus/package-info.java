/// Prometheus' query API: the wire, and the parser that tells a number from all that is none.
@NullMarked
package dev.serin.sli.prometheus;

import org.jspecify.annotations.NullMarked;
