// Asks whether a rollout shall really be aborted, who asks and why, and sends the request.

import * as api from "./api.js";

const WHO = "serin.requestedBy";
const dialog = document.getElementById("abort");
const part = (name) => document.getElementById(`abort-${name}`);

let current;

export function askToAbort(rollout) {
  // One id for one asking: pressed twice, or sent again after an error, it is the same request.
  current = { rollout, requestId: api.requestId() };
  part("title").textContent = `Abort ${rollout.service} ${rollout.version}?`;
  part("effect").textContent = effect(rollout);
  part("by").value = remembered();
  part("reason").value = "";
  part("error").hidden = true;
  part("yes").disabled = false;
  dialog.showModal();
  part("reason").focus();
}

function effect(rollout) {
  const touched = [
    ...new Set(
      rollout.steps
        .filter((step) => step.node && step.status !== "PENDING" && step.status !== "SKIPPED")
        .map((step) => step.node),
    ),
  ];
  if (rollout.phase === "QUEUED" || touched.length === 0) {
    return "Nothing was changed yet: it ends at once.";
  }
  return `Taken back, newest first: ${touched.reverse().join(", ")}. Each gets back the binary, weight and state that it had.`;
}

function remembered() {
  try {
    return localStorage.getItem(WHO) ?? "";
  } catch {
    return "";
  }
}

function remember(who) {
  try {
    localStorage.setItem(WHO, who);
  } catch {
    // Then it is typed again.
  }
}

part("no").addEventListener("click", () => dialog.close());

dialog.querySelector("form").addEventListener("submit", async (submit) => {
  submit.preventDefault();
  const by = part("by").value.trim();
  const reason = part("reason").value.trim();
  if (!by || !reason) {
    tell("Both are needed: they stay in the record.");
    return;
  }
  remember(by);
  part("yes").disabled = true;
  try {
    await api.request({
      type: "abort-requested",
      requestId: current.requestId,
      service: current.rollout.service,
      rolloutId: current.rollout.rolloutId,
      requestedBy: by,
      reason,
    });
    dialog.close();
  } catch (failure) {
    tell(`Not aborted: ${failure.message}`);
  } finally {
    part("yes").disabled = false;
  }
});

function tell(text) {
  part("error").textContent = text;
  part("error").hidden = false;
}
