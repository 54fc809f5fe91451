/// What goes on beside commands while a rollout is active: the load balancers are compared with
/// what was asked of them, and a canary that nobody watches leaves rotation. Decisions are pure;
/// effects go through [dev.serin.haproxy.runtime.LoadBalancer]; time comes from an alarm.
@NullMarked
package dev.serin.haproxy.guard;

import org.jspecify.annotations.NullMarked;
