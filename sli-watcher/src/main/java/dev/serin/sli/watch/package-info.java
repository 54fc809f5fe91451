/// Carries out the coordinator's commands: checks at once, analyses slot by slot beside them.
@NullMarked
package dev.serin.sli.watch;

import org.jspecify.annotations.NullMarked;
