import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import type { SimulatedMerchant, World } from "../world.js";

/**
 * A merchant's program that follows the stream of events. Where the stream ends, or breaks off since its replica was
 * killed, it goes on from the last sequence that it knows, at the next replica.
 */
export class EventStreamReader {
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

  /** Ends once it has come to this sequence; after a while in any case: the checker tells what is missing. */
  async end(sequence: number): Promise<void> {
    for (const until = Date.now() + BEHIND_MAX_MS; this.#last < sequence && Date.now() < until;)
      await Promise.race([sleep(PAUSE_MS), this.#running]);
    this.stop();
    await this.#running;
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    for (let opened = 0; !signal.aborted; opened++) {
      if (opened > 0) this.#world.history.count(STREAM_OPENED_AGAIN);
      await this.#readOne(`${this.#world.fleet.urlOf(opened)}/v1/events/stream?after=${this.#last}`);
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined); // Stopped: the loop ends.
    }
  }

  /** Resolves when the stream is over, whatever the reason. */
  async #readOne(url: string): Promise<void> {
    const { id: merchant, key } = this.#merchant;
    const { signal } = this.#stopping;
    const options = { headers: { authorization: `Bearer ${key}` }, agent: false, signal } as const;
    await new Promise<void>((resolve) => {
      const end = (): void => resolve();
      const call = get(url, options, (response) => {
        let rest = "";
        response.on("error", end).on("close", end);
        response.setEncoding("utf8").on("data", (chunk: string) => {
          const lines = `${rest}${chunk}`.split("\n");
          rest = lines.pop() ?? ""; // A line that breaks off with its replica is not told: it is asked for again.
          for (const line of lines) this.#take(merchant, line);
        });
      });
      call.on("error", end).on("close", end);
    });
  }

  #take(merchant: string, line: string): void {
    const { event } = JSON.parse(line) as StreamLine;
    if (event === undefined || event === null) return; // A heartbeat, the stream's end, or a refusal.
    this.#world.history.eventsStreamed.push({ merchant, id: event.id, sequence: event.sequence });
    this.#last = event.sequence;
  }
}

/** How that is counted. */
export const STREAM_OPENED_AGAIN = "event stream opened again";

const PAUSE_MS = 100;

/** Longer than the service needs to tell a stream what it knows. */
const BEHIND_MAX_MS = 30_000;

interface StreamLine {
  readonly event?: { readonly id: string; readonly sequence: number } | null;
}
