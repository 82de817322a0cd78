import { performance } from "node:perf_hooks";

import type { Lane } from "./lane.js";

/** What a closed loop came to. */
export interface Driven {
  readonly calls: number;
  readonly seconds: number;
}

/** Every lane makes its next call as soon as it has the answer to its last one, until time is up. */
export async function closedLoop(lanes: readonly Lane[], seconds: number): Promise<Driven> {
  const started = performance.now();
  const end = started + seconds * 1000;
  let calls = 0;
  const drive = async (lane: Lane): Promise<void> => {
    while (performance.now() < end) {
      await lane();
      calls++;
    }
  };
  await Promise.all(lanes.map(drive));
  return { calls, seconds: (performance.now() - started) / 1000 };
}

/** The lanes make so many calls together, each its next one as soon as it can. */
export async function untilDone(lanes: readonly Lane[], calls: number): Promise<Driven> {
  const started = performance.now();
  let begun = 0;
  const drive = async (lane: Lane): Promise<void> => {
    while (begun < calls) {
      begun++;
      await lane();
    }
  };
  await Promise.all(lanes.map(drive));
  return { calls, seconds: (performance.now() - started) / 1000 };
}

/**
 * Calls at a fixed rate, whatever the server does: what is answered with a time counts from the moment at
 * which its call was due, so that a server which stands still for a second has made the calls of that second
 * wait (a closed loop would have made one call wait, and not made the others). Answers with every time in
 * milliseconds.
 */
export async function fixedRate(
  lanes: readonly Lane[],
  rate: number,
  seconds: number,
): Promise<Float64Array<ArrayBuffer>> {
  const calls = Math.floor(rate * seconds);
  const times = new Float64Array(calls);
  const started = performance.now();
  let next = 0;
  const drive = async (lane: Lane): Promise<void> => {
    while (next < calls) {
      const own = next++;
      const due = started + (own * 1000) / rate;
      const early = due - performance.now();
      if (early > 0) await delay(early);
      await lane();
      times[own] = performance.now() - due;
    }
  };
  await Promise.all(lanes.map(drive));
  return times;
}

/**
 * Until a call is due: its time is what is waited for. A timer may fire a millisecond late, which is no fault of the
 * server, so the last of the way goes by turns of the loop.
 */
async function delay(milliseconds: number): Promise<void> {
  const due = performance.now() + milliseconds;
  if (milliseconds > TIMER_MS) await new Promise((resolve) => setTimeout(resolve, milliseconds - TIMER_MS));
  while (performance.now() < due) await new Promise(setImmediate);
}

const TIMER_MS = 2;
