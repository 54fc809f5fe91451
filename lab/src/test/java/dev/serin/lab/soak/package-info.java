/// What `make soak` leaves in the documents.
@NullMarked
package dev.serin.lab.soak;

import org.jspecify.annotations.NullMarked;
