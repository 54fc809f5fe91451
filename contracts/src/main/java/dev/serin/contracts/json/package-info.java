/// How messages are written as JSON and read with every problem named.
@NullMarked
package dev.serin.contracts.json;

import org.jspecify.annotations.NullMarked;
