import type { SharedClock } from "./clock.js";

/**
 * A larger difference means that the followed clock jumped, or this process was paused: a server's clock
 * drifts by 0.1 ms a second at most.
 */
const JUMP_MS = 1000;

/** Assumed drift, in ms per ms since a measurement: ten times that of a machine's clock. */
const DRIFT = 0.001;

/** Readings at the start, of which the most accurate counts: the first one may have had to open a connection. */
const FIRST_READINGS = 3;

/**
 * Follows a remote clock, which `ask` reads in milliseconds. Between readings time advances by `steady`, a
 * monotonic clock, so that this machine's own clock may be hours wrong, or jump, without effect. Throws where
 * `ask` throws or returns no number.
 *
 * The remote clock was read at some moment between request and response, so each reading is accurate to half
 * its round trip. Of two readings that agree, the more accurate one is kept.
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
    // A clock that shows whole milliseconds adds an error of up to one.
    if (off <= error + next.error + 1 && next.error > error) return;
    last = next;
    if (off <= JUMP_MS + next.error) return;
    latest = 0;
    evenSince = steady();
  };
  for (let reading = 1; reading < FIRST_READINGS; reading++) take(await measure());
  return {
    /** A correction never moves it back; only a followed clock that was set back does. */
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
  /** The moment of that time, by `steady`. */
  readonly at: number;
  /** By how many milliseconds `at` may be off, either way. */
  readonly error: number;
}
