// The probes of a rollout: each SLI's value against its limit, and how it went so far.

import { h, svg } from "./dom.js";
import { number, time, verdict } from "./format.js";

const SHOWN = 60;
const WIDTH = 240;
const HEIGHT = 36;

/** The newest probe, and those before it. Nothing where none was made yet. */
export function probePanel(rollout, story) {
  const probed = story.filter((event) => event.type === "sli-probed");
  const last = rollout.lastProbe ?? probed.at(-1)?.probe;
  if (!last) {
    return null;
  }
  const progress = probed.at(-1);
  const overall = verdict(last.verdict);
  return h(
    "div",
    { class: "probes" },
    h(
      "p",
      { class: "probes-head" },
      h("span", { class: `badge ${overall.tone}` }, `${overall.sign} ${overall.word}`),
      progress && h("span", {}, ` ${progress.green} of ${progress.needed} probes green`),
      h("span", { class: "soft" }, ` · probe ${last.slot} at ${time(last.at)}`),
    ),
    strip(probed),
    last.results.map((result) =>
      sli(result, probed, last.warnings?.includes(result.detail) ?? false),
    ),
  );
}

/** One mark a probe. */
function strip(probed) {
  const shown = probed.slice(-SHOWN);
  if (shown.length < 2) {
    return null;
  }
  return h(
    "p",
    {
      class: "strip",
      role: "img",
      "aria-label": `verdicts, oldest first: ${shown.map((it) => verdict(it.probe.verdict).word).join(", ")}`,
    },
    shown.map((event) => {
      const { sign, tone, word } = verdict(event.probe.verdict);
      return h(
        "span",
        { class: `mark ${tone}`, title: `probe ${event.probe.slot}, ${time(event.probe.at)}: ${word}` },
        tone === "good" ? "" : sign,
      );
    }),
  );
}

/** @param warns whether it is red and, by the service's word, only told */
function sli(result, probed, warns) {
  const { tone, sign, word } = verdict(result.verdict);
  const values = probed
    .slice(-SHOWN)
    .map((event) => event.probe.results.find((it) => it.name === result.name)?.value ?? null);
  return h(
    "div",
    { class: `sli ${tone}` },
    h("span", { class: "sli-name" }, result.name),
    h(
      "span",
      { class: "sli-value" },
      h("strong", {}, number(result.value)),
      h("span", { class: "soft" }, limits(result)),
    ),
    values.filter((value) => value !== null).length > 1
      ? sparkline(values, result)
      : h("span", { class: "no-spark" }),
    h("span", { class: `sli-verdict ${tone}` }, `${sign} ${word}`),
    result.verdict !== "PASS" &&
      h("p", { class: "sli-detail" }, `${warns ? "only a warning: " : ""}${result.detail}`),
  );
}

function limits(result) {
  const parts = [];
  if (result.max !== undefined && result.max !== null) {
    parts.push(` below ${number(result.max)}`);
  }
  if (result.min !== undefined && result.min !== null) {
    parts.push(` above ${number(result.min)}`);
  }
  if (result.requests !== undefined && result.requests !== null) {
    parts.push(` on ${number(result.requests)} requests`);
  }
  return parts.join(",");
}

/** The values over time; the limit is the dashed line. A gap is a probe without a value. */
function sparkline(values, { max, min, name }) {
  const limit = max ?? min;
  const top = Math.max(...values.filter((value) => value !== null), limit ?? 0) * 1.15 || 1;
  const x = (i) => (values.length === 1 ? WIDTH : (i / (values.length - 1)) * (WIDTH - 8) + 4);
  const y = (value) => HEIGHT - 3 - (value / top) * (HEIGHT - 6);
  const lines = [];
  let line = [];
  values.forEach((value, i) => {
    if (value === null) {
      lines.push(line);
      line = [];
    } else {
      line.push(`${x(i).toFixed(1)},${y(value).toFixed(1)}`);
    }
  });
  lines.push(line);
  const newest = values.findLastIndex((value) => value !== null);
  return svg(
    "svg",
    {
      class: "spark",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": `${name} over the last ${values.length} probes`,
    },
    limit !== null &&
      limit !== undefined &&
      svg("line", { class: "limit", x1: 0, x2: WIDTH, y1: y(limit), y2: y(limit) }),
    lines
      .filter((points) => points.length > 0)
      .map((points) => svg("polyline", { points: points.join(" ") })),
    svg("path", { class: "newest", d: `M ${x(newest)} ${y(values[newest])} h 0` }),
  );
}
