/// How rollouts, events and the fleet look to a person: text only, nothing is asked or written
/// here.
@NullMarked
package dev.serin.cli.view;

import org.jspecify.annotations.NullMarked;
