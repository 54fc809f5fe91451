@NullMarked
package dev.serin.incus.instance;

import org.jspecify.annotations.NullMarked;
