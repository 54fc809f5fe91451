@NullMarked
package dev.serin.incus.artifact;

import org.jspecify.annotations.NullMarked;
