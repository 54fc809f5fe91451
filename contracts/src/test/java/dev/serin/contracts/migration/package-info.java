@NullMarked
package dev.serin.contracts.migration;

import org.jspecify.annotations.NullMarked;
