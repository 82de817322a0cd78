import { setTimeout as sleep } from "node:timers/promises";

import { waitAtMost } from "../lib/settle-within.js";
import type { CheckoutContext } from "./context.js";

/** What came of one attempt at work that one call at a time may do. `busy`: another call does it now. */
export type Processed = "ended" | "waits" | "busy" | "none";

/** Work that a call has recorded. */
export interface RecordedWork {
  /** Attempts it, or what comes before it. */
  readonly process: () => Promise<Processed>;
  /** Whether the call's own work has ended. */
  readonly isOver: () => Promise<boolean>;
}

/** A QUERY, a request and another QUERY take less, unless other work comes first. */
const PROCESS_WITHIN_MS = 20_000;

/** About the time of one request within the local network. */
const BUSY_PAUSE_MS = 50;

/**
 * Does recorded work until it has ended or has to wait, for as long as a caller waits. Never throws: the work is on
 * record, and is done again in the background. `what` names it in the log.
 */
export async function workPatiently(
  checkout: CheckoutContext,
  what: object,
  work: RecordedWork,
): Promise<void> {
  const enough = new AbortController();
  const working = workUntilOver(work, enough.signal).catch((error: unknown) => {
    checkout.log.warn({ err: error, ...what }, "work that is on record could not be done at once");
  });
  await waitAtMost(PROCESS_WITHIN_MS, working);
  enough.abort();
}

async function workUntilOver({ process, isOver }: RecordedWork, enough: AbortSignal): Promise<void> {
  while (!enough.aborted) {
    const worked = await process();
    if (worked === "waits" || worked === "none") return;
    if (await isOver()) return;
    if (worked === "busy") await sleep(BUSY_PAUSE_MS * (0.5 + Math.random()));
  }
}
