/// Random faults on real processes while releases run under load, and what came of them.
@NullMarked
package dev.serin.lab.chaos;

import org.jspecify.annotations.NullMarked;
