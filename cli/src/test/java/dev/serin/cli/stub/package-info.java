/// A stub of the coordinator: it plays rollouts that were written down beforehand. Nothing is
/// released, and nothing of the real coordinator runs here.
@NullMarked
package dev.serin.cli.stub;

import org.jspecify.annotations.NullMarked;
