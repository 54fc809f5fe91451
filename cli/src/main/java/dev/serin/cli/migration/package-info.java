/// Finds the migrations that a release brings: in files, in directories, and with git.
@NullMarked
package dev.serin.cli.migration;

import org.jspecify.annotations.NullMarked;
