/** When an attempt is asked about, counted from the giving out of its form, or from when a charge was recorded. */
const RUNGS_MS = [1, 5, 15, 60].map((minutes) => minutes * 60_000);

const DAY_MS = 24 * 3_600_000;

/**
 * Whoever is still unknown after a day is asked about again, each time after twice as long; then only a
 * person can tell.
 */
const LATE_RUNGS_MS = [1, 2, 4, 8, 16, 32].map((days) => days * DAY_MS);

/** Before expiry becomes final, with time left to hear a slow answer. */
const BEFORE_CLOSE_MS = 60_000;

/** How long an attempt may be silent before operators get to see it: shoppers take their time. */
const SILENT_MS = 15 * 60_000;

/** The times that the ladder of an attempt follows from. */
export interface AttemptTimes {
  readonly givenAt: number;
  /** When its session's expiry becomes final. */
  readonly closesAt: number;
}

/** Those of a direct charge that is recorded now: a day later the gateway has said all that it will. */
export function chargeTimes(now: number): AttemptTimes {
  return { givenAt: now, closesAt: now + DAY_MS };
}

/** The next time to ask after `now`. Rungs that nobody was there for are not made up for. Null above the last one. */
export function nextAskAt({ givenAt, closesAt }: AttemptTimes, now: number): number | null {
  const rungs = [...RUNGS_MS, ...LATE_RUNGS_MS].map((after) => givenAt + after);
  const later = [...rungs, closesAt - BEFORE_CLOSE_MS].filter((time) => time > now);
  return later.length === 0 ? null : Math.min(...later);
}

/** True once the gateway's page is surely closed: what it does not know of by then was never paid. */
export function isOver({ givenAt }: AttemptTimes, now: number): boolean {
  return now >= givenAt + DAY_MS;
}

/** True once an attempt that nobody can tell about belongs into the operators' list. */
export function isSilent({ givenAt }: AttemptTimes, now: number): boolean {
  return now >= givenAt + SILENT_MS;
}
