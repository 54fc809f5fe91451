/// What the command line says.
@NullMarked
package dev.serin.contracts.config;

import org.jspecify.annotations.NullMarked;
