/// Documents that people write, in YAML.
@NullMarked
package dev.serin.cli.document;

import org.jspecify.annotations.NullMarked;
