import { setTimeout as sleep } from "node:timers/promises";

import { callUntilAnswered } from "../merchant-call.js";
import type { SimulatedMerchant, World } from "../world.js";

/**
 * A merchant's program that reads on: it asks again and again for the events after the last sequence that it knows. It
 * misses an event for good if one is numbered after it has read a higher one.
 */
export class EventReader {
  readonly #world: World;
  readonly #merchant: SimulatedMerchant;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #last = 0;

  constructor(world: World, merchant: SimulatedMerchant) {
    this.#world = world;
    this.#merchant = merchant;
    this.#running = this.#follow();
    this.#running.catch(() => {}); // Not lost: `end` waits for it and throws.
  }

  /** Reads what is left. Answers the last sequence. */
  async end(): Promise<number> {
    this.stop();
    await this.#running;
    await this.#readOn();
    return this.#last;
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #follow(): Promise<void> {
    for (const { signal } = this.#stopping; !signal.aborted;) {
      await this.#readOn();
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined); // Stopped: the loop ends.
    }
  }

  async #readOn(): Promise<void> {
    const { id: merchant, key } = this.#merchant;
    for (let more = true; more;) {
      const path = `/events?after=${this.#last}&limit=100`;
      const call = { what: "read of events", key, path, replica: this.#last };
      const { text } = await callUntilAnswered(this.#world, call);
      const page = JSON.parse(text) as { data: { id: string; sequence: number }[]; has_more: boolean };
      for (const { id, sequence } of page.data) {
        this.#world.history.eventsRead.push({ merchant, id, sequence });
        this.#last = sequence;
      }
      more = page.has_more;
    }
  }
}

const PAUSE_MS = 300;
