/// The Incus (and LXD) REST API as the agent uses it: the envelope, operations, commands that are
/// run in an instance, files. Everything goes through one [Wire], below which a unix socket, HTTPS
/// or a simulation stands.
@NullMarked
package dev.serin.incus.rest;

import org.jspecify.annotations.NullMarked;
