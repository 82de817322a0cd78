/** Source of every time in the service, so that a test can set the time. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The database's clock, which all its processes use. `now` is this process's estimate of it, without I/O. */
export interface SharedClock extends Clock {
  /** Reads the clock itself, for decisions about another process's work. Also corrects `now`. */
  read(): Promise<number>;
  /**
   * Milliseconds since the clock last jumped, or since this process first read it. Code that takes over
   * another process's work for its age first waits until this is long enough, since a jump makes all work
   * look older.
   */
  evenMs(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** Makes a SharedClock of a clock that only this process uses. It never jumps, unless a test sets it. */
export function asSharedClock(clock: Clock): SharedClock {
  return { now: () => clock.now(), read: () => Promise.resolve(clock.now()), evenMs: () => Infinity };
}

/** Returns `clock` moved forward by `ahead` milliseconds, which count as time without a jump. */
export function movedAhead(clock: SharedClock, ahead: () => number): SharedClock {
  return {
    now: () => clock.now() + ahead(),
    read: async () => (await clock.read()) + ahead(),
    evenMs: () => clock.evenMs() + ahead(),
  };
}

/**
 * One time for everything that a transaction writes: the first reading of `clock`, best taken while the
 * deciding rows are locked.
 */
export function oneTime(clock: Clock): Clock {
  let time: number | undefined;
  return { now: () => (time ??= clock.now()) };
}

/** A clock that always shows `time`, in milliseconds. */
export function stoppedAt(time: number): Clock {
  return { now: () => time };
}

/** Converts milliseconds to whole seconds since 1970-01-01T00:00:00Z, the merchants' API's unit. */
export function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
