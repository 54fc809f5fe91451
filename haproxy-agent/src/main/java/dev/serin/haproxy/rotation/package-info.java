/// What the agent decides, from what HAProxy said and nothing else: who is in rotation, whether a
/// node may leave (I2), whether a drain is done, whether a pool is fit for a rollout. Pure: no
/// clock, no I/O, no log.
@NullMarked
package dev.serin.haproxy.rotation;

import org.jspecify.annotations.NullMarked;
