// Every service with its nodes: what runs where, and who takes traffic.

import { draw, h } from "./dom.js";
import { phase, time } from "./format.js";
import { node_ } from "./rollout.js";
import { isOver } from "./store.js";

/** How far ahead a freeze is worth a line. */
const AHEAD_MILLIS = 24 * 3_600_000;

export function drawFleet(place, store, rollouts) {
  const parts = store.services.map((service) => {
    const own = rollouts.filter((it) => it.service === service.service);
    const telling = own.find((it) => it.nodes.some((node) => node.version));
    const running = own.find((it) => !isOver(it) && it.phase !== "QUEUED");
    const last = own.find(isOver);
    const freezes = store.freezes.filter(
      (it) =>
        (it.service === service.service || it.service === "*") &&
        (it.active || Date.parse(it.from) - Date.now() < AHEAD_MILLIS),
    );
    return {
      key: service.service,
      mark: JSON.stringify([service, telling, running?.phase, last?.rolloutId, freezes]),
      draw: () => card(service, { telling, running, last, freezes }),
    };
  });
  draw(place, parts.length > 0 || !store.loaded ? parts : [none()]);
}

const none = () => ({
  key: "none",
  mark: "none",
  draw: () =>
    h(
      "p",
      { class: "empty" },
      "No service is defined yet. ",
      h("code", {}, "serin services apply -f FILE"),
      " defines one.",
    ),
});

/** No release starts in it. */
function freeze(it) {
  const who = [it.by && `by ${it.by}`, it.service === "*" && "all services"].filter(Boolean);
  return h(
    "p",
    { class: `freeze${it.active ? " active" : ""}` },
    h("strong", {}, it.active ? "❄ frozen" : `freeze from ${time(it.from)}`),
    it.until ? ` until ${time(it.until)}` : " until it is lifted",
    who.length > 0 && ` (${who.join(", ")})`,
    it.reason && `: ${it.reason}`,
  );
}

function card(service, { telling, running, last, freezes }) {
  const known = new Map((telling?.nodes ?? []).map((node) => [node.name, node]));
  const shown = running ?? last;
  const { word, tone } = shown ? phase(shown.phase) : { word: "never released", tone: "calm" };
  return h(
    "article",
    { class: "service" },
    h(
      "header",
      {},
      h("h3", {}, service.service),
      h(
        "p",
        {},
        h("span", { class: `badge ${tone}` }, word),
        shown && h("span", { class: "soft" }, ` ${shown.version}`),
      ),
    ),
    freezes.map(freeze),
    h(
      "ul",
      { class: "nodes" },
      service.nodes.map((node) =>
        node_(
          known.get(node.name) ?? { name: node.name },
          node.canary,
          running !== undefined && known.get(node.name)?.version === running.version,
          service.pool.length > 0,
        ),
      ),
    ),
    h(
      "p",
      { class: "soft" },
      running
        ? "as the rollout under way knows it"
        : telling
          ? `as of ${time(telling.endedAt ?? telling.updatedAt)}`
          : "its nodes are looked at when the first rollout begins",
    ),
  );
}
