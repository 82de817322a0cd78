import { callUntilAnswered } from "../merchant-call.js";
import type { SimulatedMerchant, World } from "../world.js";
import { pause, RunningProgram } from "./running-program.js";

/**
 * A merchant's program that reads on: it asks again and again for the events after the last sequence that it knows. It
 * misses an event for good if one is numbered after it has read a higher one.
 */
export class EventReader {
  readonly #world: World;
  readonly #merchant: SimulatedMerchant;
  readonly #program: RunningProgram;
  #last = 0;

  constructor(world: World, merchant: SimulatedMerchant) {
    this.#world = world;
    this.#merchant = merchant;
    this.#program = new RunningProgram((stopping) => this.#follow(stopping));
  }

  /** Reads what is left. Answers the last sequence. */
  async end(): Promise<number> {
    this.stop();
    await this.#program.over;
    await this.#readOn();
    return this.#last;
  }

  stop(): void {
    this.#program.stop();
  }

  async #follow(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      await this.#readOn();
      await pause(PAUSE_MS, stopping);
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
