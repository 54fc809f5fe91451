/// The haproxy-agent: drains, readies and weighs servers through HAProxy's runtime API, on one or
/// several load balancers, and proves that a node serves.
@NullMarked
package dev.serin.haproxy;

import org.jspecify.annotations.NullMarked;
