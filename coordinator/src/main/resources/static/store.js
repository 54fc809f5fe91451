// What the page knows: services, rollouts, and the events of those that it shows in full.

import * as api from "./api.js";

const ROLLOUTS = 100;
const CATCH_UP_MILLIS = 150;
const CATCH_UPS = 20;
const OVER = new Set(["COMPLETED", "ROLLED_BACK", "REJECTED", "HALTED", "ROLLBACK_FAILED"]);

export const isOver = (rollout) => OVER.has(rollout.phase);
export const isActive = (rollout) => !isOver(rollout) && rollout.phase !== "QUEUED";

export class Store {
  services = [];
  freezes = [];
  rollouts = new Map();
  events = new Map();
  /** Whether anything was read at all: before that, nothing is not none. */
  loaded = false;
  #changed;
  #catchingUp = new Map();

  constructor(changed) {
    this.#changed = changed;
  }

  /** All rollouts, newest first. */
  newestFirst() {
    return [...this.rollouts.values()].sort(
      (a, b) => Date.parse(b.queuedAt) - Date.parse(a.queuedAt) || (a.rolloutId < b.rolloutId ? -1 : 1),
    );
  }

  /** Reads everything anew. */
  async load() {
    const [services, rollouts, freezes] = await Promise.all([
      api.services(),
      api.rollouts(ROLLOUTS),
      api.freezes().catch(() => this.freezes),
    ]);
    this.services = services;
    this.freezes = freezes;
    rollouts.forEach((rollout) => this.#take(rollout));
    this.loaded = true;
    this.#changed();
    await Promise.all(
      rollouts
        .filter((rollout) => !isOver(rollout))
        .map((rollout) => this.loadEvents(rollout.rolloutId)),
    );
  }

  /** Reads a rollout's whole story. */
  async loadEvents(id) {
    const story = await api.events(id);
    const known = this.#story(id);
    story.forEach((event) => known.set(event.sequence, event));
    this.#changed();
  }

  /** A rollout's events, in order; empty before they are loaded. */
  story(id) {
    return [...(this.events.get(id)?.values() ?? [])].sort((a, b) => a.sequence - b.sequence);
  }

  #story(id) {
    if (!this.events.has(id)) {
      this.events.set(id, new Map());
    }
    return this.events.get(id);
  }

  /** Takes an event of the stream; the state that goes with it is read, and waited for. */
  happened(event) {
    if (this.events.has(event.rolloutId) || event.sequence === 1) {
      this.#story(event.rolloutId).set(event.sequence, event);
    }
    const wanted = this.#catchingUp.get(event.rolloutId);
    this.#catchingUp.set(event.rolloutId, Math.max(event.sequence, wanted ?? 0));
    if (wanted === undefined) {
      this.#catchUp(event.rolloutId);
    }
    if (!this.services.some((service) => service.service === event.service)) {
      api.services().then((services) => {
        this.services = services;
        this.#changed();
      }, ignore);
    }
    this.#changed();
  }

  async #catchUp(id) {
    for (let i = 0; i < CATCH_UPS; i++) {
      try {
        this.#take(await api.rollout(id));
        this.#changed();
        if (this.rollouts.get(id).sequence >= this.#catchingUp.get(id)) {
          break;
        }
      } catch (failure) {
        if (failure.status !== 404 && failure.status !== 503) {
          break;
        }
      }
      await new Promise((done) => setTimeout(done, CATCH_UP_MILLIS));
    }
    this.#catchingUp.delete(id);
  }

  #take(rollout) {
    const known = this.rollouts.get(rollout.rolloutId);
    if (!known || known.sequence <= rollout.sequence) {
      this.rollouts.set(rollout.rolloutId, rollout);
    }
  }
}

/** What fails here is read again by the next refresh. */
const ignore = () => {};
