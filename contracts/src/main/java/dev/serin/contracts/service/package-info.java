/// The definition of a service: one YAML document, or the same as JSON.
@NullMarked
package dev.serin.contracts.service;

import org.jspecify.annotations.NullMarked;
