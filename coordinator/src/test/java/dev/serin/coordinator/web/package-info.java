/// Tests of the HTTP side: a real server on a free port, a real broker.
@NullMarked
package dev.serin.coordinator.web;

import org.jspecify.annotations.NullMarked;
