// How values read.

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

/** The time of day; with the day where it is another one. */
export function time(instant) {
  if (!instant) {
    return "";
  }
  const at = new Date(instant);
  const today = new Date().toDateString() === at.toDateString();
  return today ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`;
}

const INSTANT = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/** A sentence of Serin's, with its instants as times of day. */
export function sentence(text) {
  return text?.replace(INSTANT, time);
}

/** A span of milliseconds: `4 s`, `2 min 5 s`, `1 h 20 min`. */
export function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  }
  return `${Math.floor(hours / 24)} days`;
}

/** The span between two instants; to now where the second is missing. */
export function between(from, to) {
  return span((to ? Date.parse(to) : Date.now()) - Date.parse(from));
}

/** A number short enough to compare: three digits, with no exponent where it can be helped. */
export function number(value) {
  if (value === undefined || value === null) {
    return "–";
  }
  return String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));
}

/** A digest as people compare it. */
export function version(text) {
  return text ?? "unknown";
}

/** What a phase is called, and how it looks. */
export function phase(name) {
  return (
    {
      QUEUED: { word: "queued", tone: "calm" },
      PREFLIGHT: { word: "checking", tone: "busy" },
      ROLLING: { word: "rolling out", tone: "busy" },
      ANALYSING: { word: "watching", tone: "busy" },
      PAUSED: { word: "paused", tone: "warn" },
      ROLLING_BACK: { word: "rolling back", tone: "bad" },
      COMPLETED: { word: "completed", tone: "good" },
      ROLLED_BACK: { word: "rolled back", tone: "warn" },
      REJECTED: { word: "rejected", tone: "calm" },
      HALTED: { word: "halted", tone: "bad" },
      ROLLBACK_FAILED: { word: "rollback failed", tone: "bad" },
    }[name] ?? { word: name.toLowerCase().replaceAll("_", " "), tone: "calm" }
  );
}

/** What a verdict is called, and how it looks. */
export function verdict(name) {
  return (
    {
      PASS: { word: "green", sign: "✓", tone: "good" },
      FAIL: { word: "breach", sign: "✕", tone: "bad" },
      NO_DATA: { word: "no data", sign: "?", tone: "warn" },
      ERROR: { word: "not asked", sign: "!", tone: "warn" },
    }[name] ?? { word: name.toLowerCase(), sign: "·", tone: "calm" }
  );
}

/** What a step's status looks like. */
export function status(name) {
  return (
    {
      PENDING: { word: "to come", sign: "○" },
      RUNNING: { word: "running", sign: "●" },
      SUCCEEDED: { word: "done", sign: "✓" },
      FAILED: { word: "failed", sign: "✕" },
      SKIPPED: { word: "skipped", sign: "–" },
      UNDONE: { word: "taken back", sign: "↶" },
    }[name] ?? { word: name.toLowerCase(), sign: "·" }
  );
}

/** Whether a step takes something back. */
export function isBack(name) {
  return name.startsWith("undo-");
}

/** What a step does, in plain words where the bare name is not enough. */
export function step(full) {
  const name = full.replace(/^undo-/, "");
  return (
    {
      keep: "keep old binary",
      push: "install",
      health: "health check",
      ready: "back in rotation",
      maint: "into maintenance",
      serving: "serving check",
      shift: "shift traffic",
      analyse: "watch SLIs",
      pause: "wait for a person",
      hook: "call hook",
      "catch-up": "wait for load balancers",
    }[name] ?? name
  );
}

/** The same, with the share of the requests that it is about. */
export function stepOf(it) {
  if (it.share != null) {
    return `${step(it.name)} ${it.share} %`;
  }
  return it.name.endsWith("shift") ? "own weights again" : step(it.name);
}
