/// Where an artifact comes from: a file on this machine, or fetched over HTTP and kept by its
/// digest.
@NullMarked
package dev.serin.incus.artifact;

import org.jspecify.annotations.NullMarked;
