// The rollouts that are over, newest first.

import { draw, h } from "./dom.js";
import { phase, sentence, time } from "./format.js";
import { storyList, took } from "./rollout.js";

const SHOWN = 30;

export function drawRecent(place, store, ended) {
  const parts = ended.slice(0, SHOWN).map((rollout) => {
    const story = store.story(rollout.rolloutId);
    return {
      key: rollout.rolloutId,
      mark: JSON.stringify([rollout, story.length]),
      draw: () => row(rollout, story, store),
    };
  });
  draw(
    place,
    parts.length > 0 || !store.loaded
      ? parts
      : [{ key: "none", mark: "none", draw: () => h("p", { class: "empty" }, "None yet.") }],
  );
}

function row(rollout, story, store) {
  const { word, tone } = phase(rollout.phase);
  const details = h(
    "details",
    { class: "ended", "data-key": `ended-${rollout.rolloutId}` },
    h(
      "summary",
      { "data-focus": `ended-${rollout.rolloutId}` },
      h("span", { class: `badge ${tone}` }, word),
      h("span", { class: "ended-what" }, `${rollout.service} `, h("strong", {}, rollout.version)),
      h("span", { class: "ended-why" }, sentence(rollout.message)),
      h("span", { class: "soft ended-when" }, time(rollout.endedAt ?? rollout.updatedAt)),
    ),
    h(
      "p",
      { class: "soft" },
      [
        `asked by ${rollout.requestedBy} ${time(rollout.queuedAt)}`,
        rollout.reason,
        rollout.outcome && `outcome: ${rollout.outcome}`,
        took(rollout) && `took ${took(rollout)}`,
        rollout.rolloutId,
      ]
        .filter(Boolean)
        .join(" · "),
    ),
    rollout.problems.length > 0 &&
      h("ul", { class: "problems" }, rollout.problems.map((it) => h("li", {}, sentence(it)))),
    story.length > 0 ? storyList(story) : h("p", { class: "soft" }, "reading its events…"),
  );
  details.addEventListener("toggle", () => {
    if (details.open && store.story(rollout.rolloutId).length === 0) {
      store.loadEvents(rollout.rolloutId).catch((failure) => {
        details.lastElementChild.textContent = `no events: ${failure.message}`;
      });
    }
  });
  return details;
}
