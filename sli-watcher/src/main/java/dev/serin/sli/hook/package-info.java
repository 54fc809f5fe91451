/// Calls those outside who may say no to a release, or are told of it: signs, calls, tries again,
/// and reads what the answer comes to.
@NullMarked
package dev.serin.sli.hook;

import org.jspecify.annotations.NullMarked;
