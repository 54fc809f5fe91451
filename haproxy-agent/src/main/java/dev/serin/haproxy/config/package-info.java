/// The agent's settings and its Spring wiring.
@NullMarked
package dev.serin.haproxy.config;

import org.jspecify.annotations.NullMarked;
