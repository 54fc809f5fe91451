@NullMarked
package dev.serin.incus.http;

import org.jspecify.annotations.NullMarked;
