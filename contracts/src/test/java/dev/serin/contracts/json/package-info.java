/// Quantities and fields as people write them.
@NullMarked
package dev.serin.contracts.json;

import org.jspecify.annotations.NullMarked;
