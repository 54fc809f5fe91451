/// Whether the version that still runs can go on with the schema that a release's migrations make.
@NullMarked
package dev.serin.contracts.migration;

import org.jspecify.annotations.NullMarked;
