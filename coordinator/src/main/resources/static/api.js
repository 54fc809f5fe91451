// Asks the coordinator.

/** What the coordinator answered instead of what was asked for. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `the coordinator answered ${status}`);
    this.status = status;
    this.problems = problem?.problems ?? [];
  }
}

const PATIENCE_MILLIS = 15_000;

async function ask(path, options = {}) {
  const answer = await fetch(`api/v1/${path}`, {
    ...options,
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MILLIS),
  });
  if (!answer.ok) {
    throw new Refused(answer.status, await answer.json().catch(() => undefined));
  }
  return answer.json();
}

export const services = () => ask("services");
export const freezes = () => ask("freezes");
export const rollouts = (limit) => ask(`rollouts?limit=${limit}`);
export const rollout = (id) => ask(`rollouts/${encodeURIComponent(id)}`);
export const events = (id) => ask(`rollouts/${encodeURIComponent(id)}/events`);

/** Sends a request as a pipeline or bot would. */
export const request = (body) =>
  ask("requests", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

/** A new request id. (`crypto.randomUUID` is missing on pages that are not served over TLS.) */
export function requestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `page-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
