@NullMarked
package dev.serin.cli.migration;

import org.jspecify.annotations.NullMarked;
