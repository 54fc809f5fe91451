/// HAProxy's runtime API: the wire, what is said over it, and how the answers are read. Nothing
/// here decides anything. [dev.serin.haproxy.runtime.RuntimeWire] is the seam: what stands below it
/// may be a socket, a command, or a simulated HAProxy; parsers and sequences stay the same.
@NullMarked
package dev.serin.haproxy.runtime;

import org.jspecify.annotations.NullMarked;
