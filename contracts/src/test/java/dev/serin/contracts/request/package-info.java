/// Requests as people send them.
@NullMarked
package dev.serin.contracts.request;

import org.jspecify.annotations.NullMarked;
