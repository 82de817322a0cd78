/** Where every time in the service comes from, so that a test can be at any time it likes. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** Whole seconds since 1970-01-01T00:00:00Z, as the merchants' API counts. */
export function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
