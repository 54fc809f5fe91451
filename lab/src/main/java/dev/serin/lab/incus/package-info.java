/// The Incus stand-in: where no Incus daemon can run, this server answers the part of its REST API
/// that Serin uses, over a unix socket, with each instance a directory and its unit a process. It
/// behaves as Incus 6.0.4 was seen to (an overwritten file keeps its mode, a finished operation is
/// gone after five seconds), so that what works against it works against the daemon.
@NullMarked
package dev.serin.lab.incus;

import org.jspecify.annotations.NullMarked;
