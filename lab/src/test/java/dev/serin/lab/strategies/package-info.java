@NullMarked
package dev.serin.lab.strategies;

import org.jspecify.annotations.NullMarked;
