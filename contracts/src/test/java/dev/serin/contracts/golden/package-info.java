/// Every message as it stands on the wire, one file each: a released type never changes its
/// meaning.
@NullMarked
package dev.serin.contracts.golden;

import org.jspecify.annotations.NullMarked;
