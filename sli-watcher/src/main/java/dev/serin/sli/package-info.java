/// The sli-watcher: asks Prometheus for a service's SLIs, judges each probe, and tells the
/// coordinator.
@NullMarked
package dev.serin.sli;

import org.jspecify.annotations.NullMarked;
