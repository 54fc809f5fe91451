/// Definitions as operators write them.
@NullMarked
package dev.serin.contracts.service;

import org.jspecify.annotations.NullMarked;
