/// The coordinator's HTTP side: the API under `/api/v1`, the stream of events, the web page's
/// safety. It publishes what people ask for and shows what the topics say; it decides nothing about
/// a rollout. `docs/api.md` is its contract.
@NullMarked
package dev.serin.coordinator.web;

import org.jspecify.annotations.NullMarked;
