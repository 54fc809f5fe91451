/// The load balancers' front doors: the requests that prove that a node really serves.
@NullMarked
package dev.serin.haproxy.frontdoor;

import org.jspecify.annotations.NullMarked;
