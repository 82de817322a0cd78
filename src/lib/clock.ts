/** Where every time in the service comes from, so that a test can be at any time it likes. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/**
 * The one clock that all processes on a database go by. `now` is what this process takes it to show; that
 * costs nothing.
 */
export interface SharedClock extends Clock {
  /** Asks what the clock shows: for what one process decides about another's work. Corrects `now`, too. */
  read(): Promise<number>;
  /**
   * For how many milliseconds the clock has gone evenly, as far as this process has seen: it neither jumped,
   * nor was it first asked. What gives up another's work for its age waits until that is long enough, since a
   * jump makes everything older.
   */
  evenMs(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that nobody else goes by, as a shared one: it never jumps, but where its owner wants it to. */
export function alone(clock: Clock): SharedClock {
  return { now: () => clock.now(), read: () => Promise.resolve(clock.now()), evenMs: () => Infinity };
}

/** The same clock so far ahead. What it is ahead counts as time that has gone by evenly. */
export function movedAhead(clock: SharedClock, ahead: () => number): SharedClock {
  return {
    now: () => clock.now() + ahead(),
    read: async () => (await clock.read()) + ahead(),
    evenMs: () => clock.evenMs() + ahead(),
  };
}

/**
 * The time of one transaction, for all that it writes: what `clock` shows when it is first asked, best with
 * what decides locked.
 */
export function oneTime(clock: Clock): Clock {
  let time: number | undefined;
  return { now: () => (time ??= clock.now()) };
}

/** A clock that stands. */
export function stoppedAt(time: number): Clock {
  return { now: () => time };
}

/** Whole seconds since 1970-01-01T00:00:00Z, as the merchants' API counts. */
export function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
