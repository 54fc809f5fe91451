/// Tests.
@NullMarked
package dev.serin.cli.coordinator;

import org.jspecify.annotations.NullMarked;
