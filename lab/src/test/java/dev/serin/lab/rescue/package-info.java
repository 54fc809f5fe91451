/// Where rollouts are rescued, and what is said of it.
@NullMarked
package dev.serin.lab.rescue;

import org.jspecify.annotations.NullMarked;
