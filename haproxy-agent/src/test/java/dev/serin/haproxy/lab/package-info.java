/// A real HAProxy and real backends for the tests.
@NullMarked
package dev.serin.haproxy.lab;

import org.jspecify.annotations.NullMarked;
