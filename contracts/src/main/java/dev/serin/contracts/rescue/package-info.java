/// What a rescue sheet says of itself.
@NullMarked
package dev.serin.contracts.rescue;

import org.jspecify.annotations.NullMarked;
