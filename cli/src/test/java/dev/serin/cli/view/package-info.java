/// Tests.
@NullMarked
package dev.serin.cli.view;

import org.jspecify.annotations.NullMarked;
