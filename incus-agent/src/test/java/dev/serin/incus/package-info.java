@NullMarked
package dev.serin.incus;

import org.jspecify.annotations.NullMarked;
