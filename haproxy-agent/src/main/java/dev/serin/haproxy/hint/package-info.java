/// What the agent keeps on its own disk, so that an armed switch outlives a restart while the
/// broker is away. It is a hint and nothing else needs it: once the broker answers, the log says
/// which switches are armed.
@NullMarked
package dev.serin.haproxy.hint;

import org.jspecify.annotations.NullMarked;
