/// How every process of Serin starts and finds its configuration.
@NullMarked
package dev.serin.contracts.config;

import org.jspecify.annotations.NullMarked;
