/// The store of artifacts: binaries under their digests, on this machine's disk, so that a build
/// machine and a node need share nothing, and a rollback finds what a node has lost.
@NullMarked
package dev.serin.coordinator.artifact;

import org.jspecify.annotations.NullMarked;
