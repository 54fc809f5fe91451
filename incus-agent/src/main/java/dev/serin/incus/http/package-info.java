/// How the Incus servers are reached: HTTP/1.1 over a unix socket, or HTTPS with a client
/// certificate and the server's own certificate pinned.
@NullMarked
package dev.serin.incus.http;

import org.jspecify.annotations.NullMarked;
