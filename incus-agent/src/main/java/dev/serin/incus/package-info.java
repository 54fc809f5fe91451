/// The incus-agent: pushes artifacts, restarts units, checks health and restores, through the Incus
/// (or LXD) REST API.
@NullMarked
package dev.serin.incus;

import org.jspecify.annotations.NullMarked;
