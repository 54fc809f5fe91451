/// What people, pipelines and bots ask of Serin.
@NullMarked
package dev.serin.contracts.request;

import org.jspecify.annotations.NullMarked;
