/// The sample backend of the lab's fleet: a small HTTP and WebSocket server whose behaviour
/// (errors, latency, a failing health check, crashes) is baked into its artifact, so that each
/// release really is another binary. It knows nothing of Serin.
@NullMarked
package dev.serin.lab.backend;

import org.jspecify.annotations.NullMarked;
