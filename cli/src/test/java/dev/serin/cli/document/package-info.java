/// Tests.
@NullMarked
package dev.serin.cli.document;

import org.jspecify.annotations.NullMarked;
