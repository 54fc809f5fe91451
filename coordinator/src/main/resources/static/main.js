// Ties the page together: the store, the stream, the drawing.

import { askToAbort } from "./abort.js";
import { draw, h } from "./dom.js";
import { drawFleet } from "./fleet.js";
import { span, time } from "./format.js";
import { drawRecent } from "./recent.js";
import { activeParts, attentionParts } from "./rollout.js";
import { isActive, isOver, Store } from "./store.js";
import { follow } from "./stream.js";

const REFRESH_MILLIS = 10_000;
const LATE_MILLIS = 10_000;
const place = (id) => document.getElementById(id);

let lostSince;
let freshAt;
let scheduled = false;
const store = new Store(() => {
  if (!scheduled) {
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      render();
    });
  }
});

function render() {
  const rollouts = store.newestFirst();
  const attention = attentionParts(store, rollouts);
  place("attention").hidden = attention.length === 0;
  draw(place("attention"), attention);
  const active = activeParts(store, rollouts, askToAbort);
  draw(place("active"), active.length > 0 ? active : [nothing()]);
  drawFleet(place("fleet"), store, rollouts);
  drawRecent(place("recent"), store, rollouts.filter(isOver));
  summarise(rollouts, attention.length);
  tick();
}

const nothing = () => ({
  key: "nothing",
  mark: String(store.loaded),
  draw: () =>
    h("p", { class: "empty" }, store.loaded ? "No rollout is under way." : "Reading from the coordinator…"),
});

function summarise(rollouts, attention) {
  const active = rollouts.filter(isActive);
  const queued = rollouts.filter((rollout) => rollout.phase === "QUEUED").length;
  const back = active.filter((rollout) => rollout.phase === "ROLLING_BACK").length;
  const parts = [
    attention > 0 && `${attention} ${attention === 1 ? "needs" : "need"} a person`,
    back > 0 && `${back} rolling back`,
    active.length - back > 0 && `${active.length - back} under way`,
    queued > 0 && `${queued} queued`,
  ].filter(Boolean);
  const text = parts.length > 0 ? parts.join(" · ") : store.loaded ? "all quiet" : "";
  place("summary").textContent = text;
  document.title = parts.length > 0 ? `${text} – Serin` : "Serin";
}

/** What changes by the clock alone. */
function tick() {
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Date.parse(element.dataset.until) - Date.now();
    element.textContent = left > 0 ? `within ${span(left)}` : late(-left);
  }
  for (const element of document.querySelectorAll("[data-since]")) {
    element.textContent = span(Date.now() - Date.parse(element.dataset.since));
  }
  if (lostSince) {
    place("lost-for").textContent = span(Date.now() - lostSince);
  }
}

/** A moment too late is usual: what was decided has to arrive. */
const late = (milliseconds) =>
  milliseconds < LATE_MILLIS ? "any moment" : `overdue for ${span(milliseconds)}`;

function connected() {
  lostSince = undefined;
  place("lost").hidden = true;
  place("main").classList.remove("stale");
  place("link").dataset.state = "live";
  place("link").textContent = "live";
}

function lost(reason) {
  lostSince ??= Date.now();
  place("link").dataset.state = "lost";
  place("link").textContent = "connection lost";
  place("main").classList.add("stale");
  place("lost").hidden = false;
  place("lost").replaceChildren(
    h("strong", {}, "Connection lost for ", h("span", { id: "lost-for" }), "."),
    freshAt ? ` What you see is from ${time(freshAt)}. ` : " ",
    "Rollouts go on without this page; it tries again by itself. ",
    h("span", { class: "reason" }, reason),
  );
  tick();
}

async function refresh() {
  try {
    await store.load();
    freshAt = new Date().toISOString();
    render();
  } catch (failure) {
    if (place("link").dataset.state !== "live") {
      lost(failure.message);
    }
  }
}

setInterval(tick, 1000);
setInterval(() => !lostSince && refresh(), REFRESH_MILLIS);
render();
follow({
  onOpen: () => {
    connected();
    refresh();
  },
  onEvent: (event) => {
    freshAt = new Date().toISOString();
    store.happened(event);
  },
  onLost: lost,
});
