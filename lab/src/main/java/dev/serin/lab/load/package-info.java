/// Steady load on the lab's fleet, honest to the last request: HTTP/1.1 over plain sockets, where
/// nothing is retried and whatever is not a whole 2xx or 3xx answer is a failed request. Loopback
/// targets only.
@NullMarked
package dev.serin.lab.load;

import org.jspecify.annotations.NullMarked;
