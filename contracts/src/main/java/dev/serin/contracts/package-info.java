/// Every message, topic and type of Serin, and the only module that its services share.
@NullMarked
package dev.serin.contracts;

import org.jspecify.annotations.NullMarked;
