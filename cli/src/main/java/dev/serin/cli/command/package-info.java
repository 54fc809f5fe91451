/// The commands: each reads its arguments, asks the coordinator, and shows what it said.
@NullMarked
package dev.serin.cli.command;

import org.jspecify.annotations.NullMarked;
