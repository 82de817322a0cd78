import { setTimeout as sleep } from "node:timers/promises";

/** A merchant's program that goes on until it is stopped. What it throws is thrown where its end is waited for. */
export class RunningProgram {
  readonly #stopping = new AbortController();
  readonly over: Promise<void>;

  constructor(work: (stopping: AbortSignal) => Promise<void>) {
    this.over = work(this.#stopping.signal);
    this.over.catch(() => {}); // Not lost: see above.
  }

  stop(): void {
    this.#stopping.abort();
  }
}

/** Pauses; not any longer once the program is stopped. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
