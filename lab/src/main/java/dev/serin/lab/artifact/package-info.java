/// Makes the artifacts that the lab releases: one executable file each, the same bytes for the same
/// behaviour.
@NullMarked
package dev.serin.lab.artifact;

import org.jspecify.annotations.NullMarked;
