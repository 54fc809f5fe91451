/// What holds of the comparison of a canary with its baseline.
@NullMarked
package dev.serin.sli.sequential;

import org.jspecify.annotations.NullMarked;
