import { createCache } from "../../lib/cache.js";

/** What is counted, and for how long. */
export interface WindowLimits {
  /** Each name is counted anew this long after its first count. */
  readonly windowMs: number;
  /** Of more names, the one that was used longest ago is forgotten. */
  readonly namesMax: number;
  /** A test's clock. */
  readonly now?: (() => number) | undefined;
}

/** Counts by name, in memory and for this process. */
export interface WindowCounts {
  of(name: string): number;
  add(name: string): void;
}

/** Makes counts that begin anew some time after the first of each name. */
export function createWindowCounts({ windowMs, namesMax, now }: WindowLimits): WindowCounts {
  const counts = createCache<string, { count: number }>({
    max: namesMax,
    keptMs: windowMs,
    ...(now && { now }),
  });
  return {
    of: (name) => counts.get(name)?.count ?? 0,
    add(name) {
      const known = counts.get(name);
      if (known === undefined) counts.set(name, { count: 1 });
      else known.count++;
    },
  };
}
