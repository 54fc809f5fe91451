@NullMarked
package dev.serin.haproxy.hint;

import org.jspecify.annotations.NullMarked;
