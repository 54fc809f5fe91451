@NullMarked
package dev.serin.sli.config;

import org.jspecify.annotations.NullMarked;
