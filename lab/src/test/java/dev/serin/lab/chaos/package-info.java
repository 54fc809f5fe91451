/// A short run of faults in every full test run.
@NullMarked
package dev.serin.lab.chaos;

import org.jspecify.annotations.NullMarked;
