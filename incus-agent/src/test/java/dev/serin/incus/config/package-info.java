@NullMarked
package dev.serin.incus.config;

import org.jspecify.annotations.NullMarked;
