/// Tests.
@NullMarked
package dev.serin.cli.command;

import org.jspecify.annotations.NullMarked;
