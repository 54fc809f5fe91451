/// Guards, by hand and on a real HAProxy.
@NullMarked
package dev.serin.haproxy.guard;

import org.jspecify.annotations.NullMarked;
