// A rollout in full: what it does, why, and what comes next.

import { h } from "./dom.js";
import { between, isBack, number, phase, sentence, span, status, step, stepOf, time, version } from "./format.js";
import { probePanel } from "./probes.js";
import { isActive } from "./store.js";

const STORY_SHOWN = 12;

/** The rollouts that are under way, each followed by those that wait behind it. */
export function activeParts(store, rollouts, askToAbort) {
  const shown = rollouts.filter(isActive).sort((a, b) => urgency(a) - urgency(b));
  const queued = rollouts.filter((it) => it.phase === "QUEUED").reverse();
  return [...shown, ...queued.filter((it) => !shown.some((a) => a.service === it.service))].map(
    (rollout) => {
      const behind = queued.filter(
        (it) => it.service === rollout.service && it.rolloutId !== rollout.rolloutId,
      );
      const story = store.story(rollout.rolloutId);
      const canaries = canariesOf(store, rollout.service);
      return {
        key: rollout.rolloutId,
        mark: JSON.stringify([rollout, behind, story.length, canaries]),
        draw: () => card(rollout, { story, behind, canaries, askToAbort }),
      };
    },
  );
}

/** What a person looks for first. */
const urgency = (rollout) => ["PAUSED", "ROLLING_BACK"].indexOf(rollout.phase) * -1;

/** The newest rollout of each service, where it left something that a person must do. */
export function attentionParts(store, rollouts) {
  const newest = new Map();
  for (const rollout of rollouts) {
    if (!newest.has(rollout.service) && rollout.phase !== "REJECTED") {
      newest.set(rollout.service, rollout);
    }
  }
  return [...newest.values()]
    .filter((it) => ["HALTED", "ROLLBACK_FAILED", "PAUSED"].includes(it.phase))
    .map((rollout) => ({
      key: rollout.rolloutId,
      mark: JSON.stringify(rollout),
      draw: () => attention(rollout),
    }));
}

function canariesOf(store, service) {
  const definition = store.services.find((it) => it.service === service);
  return (definition?.nodes ?? []).filter((node) => node.canary).map((node) => node.name);
}

function attention(rollout) {
  const { word } = phase(rollout.phase);
  return h(
    "article",
    { class: "attention" },
    h(
      "h2",
      {},
      h("span", { class: "sign", "aria-hidden": "true" }, "⚠"),
      ` ${rollout.service} ${rollout.version}: ${word}`,
      h("span", { class: "soft" }, ` ${time(rollout.endedAt ?? rollout.updatedAt)}`),
    ),
    rollout.message && h("p", { class: "message" }, sentence(rollout.message)),
    rollout.waitingFor && h("p", {}, `Waits for: ${sentence(rollout.waitingFor)}`),
    rollout.problems.length > 0 && h("ul", {}, rollout.problems.map((it) => h("li", {}, sentence(it)))),
    rollout.nodes.length > 0 && rollout.phase !== "PAUSED" && nodes(rollout, []),
  );
}

function card(rollout, { story, behind, canaries, askToAbort }) {
  const { tone } = phase(rollout.phase);
  return h(
    "article",
    { class: `card ${tone}`, id: rollout.rolloutId },
    head(rollout, askToAbort),
    outlook(rollout),
    rollout.nodes.some((node) => node.version) && nodes(rollout, canaries),
    rollout.steps.length > 0 && steps(rollout),
    probePanel(rollout, story),
    behind.map((it) =>
      h("p", { class: "behind" }, `Queued: ${it.version} (${it.requestedBy}, asked ${time(it.queuedAt)})`),
    ),
    story.length > 0 && storyOf(rollout, story),
  );
}

function head(rollout, askToAbort) {
  const { word, tone } = phase(rollout.phase);
  return h(
    "header",
    {},
    h(
      "div",
      {},
      h("h3", {}, rollout.service, " ", h("span", { class: "version" }, rollout.version)),
      h(
        "p",
        { class: "soft" },
        `${rollout.requestedBy}${rollout.reason ? `: ${rollout.reason}` : ""} · `,
        rollout.startedAt
          ? ["for ", h("span", { "data-since": rollout.startedAt }), ` · since ${time(rollout.startedAt)}`]
          : `asked ${time(rollout.queuedAt)}`,
      ),
    ),
    h("span", { class: `badge big ${tone}` }, word),
    rollout.phase !== "ROLLING_BACK" &&
      h(
        "button",
        {
          type: "button",
          class: "danger",
          "data-focus": `abort-${rollout.rolloutId}`,
          onclick: () => askToAbort(rollout),
        },
        "Abort…",
      ),
  );
}

/** Why, what for, then what, when: the one thing to read. */
function outlook(rollout) {
  return h(
    "dl",
    { class: "outlook" },
    rollout.message && [h("dt", {}, "Why"), h("dd", {}, sentence(rollout.message))],
    rollout.waitingFor && [h("dt", {}, "Waits for"), h("dd", { class: "now" }, sentence(rollout.waitingFor))],
    rollout.next && [
      h("dt", {}, "Then"),
      h(
        "dd",
        {},
        sentence(rollout.next),
        rollout.nextAt && [
          " ",
          h("span", { class: "countdown", "data-until": rollout.nextAt }),
          h("span", { class: "soft" }, ` (by ${time(rollout.nextAt)})`),
        ],
      ),
    ],
    rollout.problems.length > 0 && [
      h("dt", {}, "Problems"),
      h("dd", {}, h("ul", {}, rollout.problems.map((it) => h("li", {}, sentence(it))))),
    ],
  );
}

/** What each node runs, and whether it takes traffic. */
export function nodes(rollout, canaries) {
  return h(
    "ul",
    { class: "nodes" },
    rollout.nodes.map((node) =>
      node_(node, canaries.includes(node.name), node.version === rollout.version),
    ),
  );
}

/** One node. */
export function node_(node, canary, fresh, pooled = true) {
  const known = node.inRotation !== null && node.inRotation !== undefined;
  const rotation = !known ? "unknown" : node.inRotation ? "in" : "out";
  return h(
    "li",
    { class: `node ${rotation}` },
    h(
      "span",
      { class: "node-name" },
      node.name,
      canary && h("span", { class: "canary", title: "gets each release first" }, " canary"),
    ),
    h("span", { class: `node-version${fresh ? " fresh" : ""}` }, version(node.version)),
    h(
      "span",
      { class: "node-rotation" },
      !known
        ? pooled
          ? "rotation unknown"
          : "no pool"
        : node.inRotation
          ? `● in rotation${node.weight === null || node.weight === undefined ? "" : `, weight ${node.weight}`}${share(node.traffic)}`
          : "○ out of rotation",
    ),
  );
}

/** What it gets of the requests; of new sessions too, where users who follow a cookie differ. */
function share(traffic) {
  const { observed, newSessions } = traffic ?? {};
  if (observed === null || observed === undefined) {
    return "";
  }
  const differs = typeof newSessions === "number" && Math.abs(newSessions - observed) > 1;
  return `, ${number(observed)} % of requests${differs ? `, ${number(newSessions)} % of new sessions` : ""}`;
}

/** The steps in order, node by node, also those of a batch: those of a rollback come after all others. */
function steps(rollout) {
  const groups = [];
  for (const one of rollout.steps) {
    const back = isBack(one.name);
    const its = (group) => group?.node === one.node && group.back === back;
    const open = one.batch
      ? groups.find((group) => its(group) && group.batch === one.batch)
      : its(groups.at(-1)) && groups.at(-1);
    if (open) {
      open.steps.push(one);
    } else {
      groups.push({ node: one.node, back, batch: one.batch, steps: [one] });
    }
  }
  const failed = rollout.steps.filter((it) => it.status === "FAILED" && it.detail);
  return [
    h("ol", { class: "groups" }, groups.map(group_)),
    failed
      .filter((it) => it.detail !== rollout.message)
      .map((it) =>
        h("p", { class: "failed" }, `✕ ${stepOf(it)}${it.node ? ` on ${it.node}` : ""}: ${it.detail}`),
      ),
  ];
}

function group_(group) {
  const all = (name) => group.steps.every((it) => it.status === name);
  return h(
    "li",
    {},
    h("span", { class: "group-node" }, group.back && "↶ ", group.node ?? whole(group.steps[0])),
    all("SKIPPED")
      ? h("span", { class: "soft" }, "– not begun, and not going to be")
      : all("PENDING") && !group.back
        ? h("span", { class: "soft" }, `○ to come: ${group.steps.map((it) => stepOf(it)).join(", ")}`)
        : h("ol", { class: "steps" }, group.steps.map(pill)),
  );
}

/** What a step of the whole service is about. */
const whole = (one) => (one.name.endsWith("catch-up") ? "load balancers" : "analysis");

function pill(one) {
  const { word, sign } = status(one.status);
  const took =
    one.startedAt && one.endedAt ? Date.parse(one.endedAt) - Date.parse(one.startedAt) : 0;
  return h(
    "li",
    {
      class: `step ${one.status.toLowerCase()}`,
      title: [word, one.detail, took > 0 && span(took)].filter(Boolean).join(" · "),
    },
    h("span", { class: "sign", "aria-label": word }, sign),
    ` ${stepOf(one)}`,
    one.status === "RUNNING" &&
      one.startedAt &&
      h("span", { class: "soft" }, " ", h("span", { "data-since": one.startedAt })),
    took >= 1000 && h("span", { class: "soft" }, ` ${span(took)}`),
  );
}

/** Green probes are seen elsewhere, and would bury the rest. */
const telling = (event) => event.type !== "sli-probed" || event.probe.verdict !== "PASS";

/** What happened, newest first. */
function storyOf(rollout, whole) {
  const story = whole.filter(telling);
  return h(
    "details",
    { "data-key": `story-${rollout.rolloutId}` },
    h(
      "summary",
      { "data-focus": `story-${rollout.rolloutId}` },
      `What happened (${story.length})`,
    ),
    storyList(story.slice(-STORY_SHOWN)),
    story.length > STORY_SHOWN &&
      h("p", { class: "soft" }, `and ${story.length - STORY_SHOWN} before`),
  );
}

/** Events as a list, newest first. */
export function storyList(story) {
  return h(
    "ol",
    { class: "story" },
    story.filter(telling).reverse().map((event) =>
      h(
        "li",
        {},
        h("time", { datetime: event.at }, time(event.at)),
        h("span", { class: "story-type" }, title(event)),
        h("span", { class: "story-why" }, [sentence(event.why), event.by && event.by !== "serin" && ` (${event.by})`]),
      ),
    ),
  );
}

function title(event) {
  const what = event.type.replaceAll("-", " ");
  const where = [event.step && step(event.step), event.node].filter(Boolean).join(" ");
  return where ? `${what}: ${where}` : what;
}

/** How long it took, from start to end. */
export const took = (rollout) =>
  rollout.startedAt && rollout.endedAt ? between(rollout.startedAt, rollout.endedAt) : "";
