@NullMarked
package dev.serin.incus.rest;

import org.jspecify.annotations.NullMarked;
