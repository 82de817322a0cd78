import type { SharedClock } from "./clock.js";

/**
 * Beyond this the followed clock has jumped, or this process was stopped: a server's clock drifts 0.1 ms a
 * second at most.
 */
const JUMP_MS = 1000;

/** How much of the time that has passed since a measurement may be wrong: ten times what clocks of machines drift. */
const DRIFT = 0.001;

/**
 * Follows a clock elsewhere: `ask` answers what it shows. In between, time goes on by `steady`, which no one
 * sets: so this machine's own clock may be hours wrong, or jump, and nothing here changes.
 *
 * What the clock showed at some moment between question and answer is known, so each answer is right to half
 * the time that it took. Of two measurements that agree the more exact one stays.
 */
export async function followClock(
  ask: () => Promise<number>,
  steady: () => number = () => performance.now(),
): Promise<SharedClock> {
  const measure = async (): Promise<Measurement> => {
    const asked = steady();
    const time = await ask();
    if (!Number.isFinite(time)) throw new Error("The clock does not say what time it is.");
    const answered = steady();
    return { time, at: (asked + answered) / 2, error: (answered - asked) / 2 };
  };
  let last = await measure();
  let latest = 0;
  let evenSince = steady();
  const take = (next: Measurement): void => {
    const passed = Math.abs(next.at - last.at);
    const error = last.error + passed * DRIFT;
    const off = Math.abs(next.time - last.time - (next.at - last.at));
    // A millisecond is lost where the clock shows whole ones.
    if (off <= error + next.error + 1 && next.error > error) return;
    last = next;
    if (off <= JUMP_MS + next.error) return;
    latest = 0;
    evenSince = steady();
  };
  return {
    /** Never goes back by a correction, only where the clock that is followed was set back. */
    now() {
      const time = Math.floor(last.time + steady() - last.at);
      if (time > latest) latest = time;
      return latest;
    },
    async read() {
      const measured = await measure();
      take(measured);
      return Math.floor(measured.time);
    },
    evenMs: () => steady() - evenSince,
  };
}

interface Measurement {
  readonly time: number;
  /** When it was that time, by `steady`. */
  readonly at: number;
  /** How many milliseconds earlier or later that may have been. */
  readonly error: number;
}
