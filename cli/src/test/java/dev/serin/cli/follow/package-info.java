/// Tests.
@NullMarked
package dev.serin.cli.follow;

import org.jspecify.annotations.NullMarked;
