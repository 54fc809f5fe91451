/// `lab/demo`: three releases on a real fleet under load, and what came of them.
@NullMarked
package dev.serin.lab.demo;

import org.jspecify.annotations.NullMarked;
