import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import type { SimulatedMerchant, World } from "../world.js";
import { pause, RunningProgram } from "./running-program.js";

/**
 * A merchant's program that follows the stream of events. Where the stream ends, or breaks off since its replica was
 * killed, it goes on from the last sequence that it knows, at the next replica.
 */
export class EventStreamReader {
  readonly #world: World;
  readonly #merchant: SimulatedMerchant;
  readonly #program: RunningProgram;
  #last = 0;

  constructor(world: World, merchant: SimulatedMerchant) {
    this.#world = world;
    this.#merchant = merchant;
    this.#program = new RunningProgram((stopping) => this.#follow(stopping));
  }

  /** Ends once it has come to this sequence; after a while in any case: the checker tells what is missing. */
  async end(sequence: number): Promise<void> {
    for (const until = Date.now() + BEHIND_MAX_MS; this.#last < sequence && Date.now() < until;)
      await Promise.race([sleep(PAUSE_MS), this.#program.over]);
    this.stop();
    await this.#program.over;
  }

  stop(): void {
    this.#program.stop();
  }

  async #follow(stopping: AbortSignal): Promise<void> {
    for (let opened = 0; !stopping.aborted; opened++) {
      if (opened > 0) this.#world.history.count(STREAM_OPENED_AGAIN);
      const url = `${this.#world.fleet.urlOf(opened)}/v1/events/stream?after=${this.#last}`;
      await this.#readOne(url, stopping);
      await pause(PAUSE_MS, stopping);
    }
  }

  /** Resolves when the stream is over, whatever the reason. */
  async #readOne(url: string, signal: AbortSignal): Promise<void> {
    const { id: merchant, key } = this.#merchant;
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
