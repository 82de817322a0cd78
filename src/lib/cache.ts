import { LRUCache } from "lru-cache";

/** What a cache holds, and for how long. */
export interface CacheLimits {
  /** Of more entries, the one that was used longest ago is dropped. */
  readonly max: number;
  /** For how long an entry is found, in whole milliseconds; without it, until it is dropped. */
  readonly keptMs?: number;
  /** A clock that is never set back, in milliseconds; the process's own by default. A test may pass its own. */
  readonly now?: () => number;
}

/** A cache in memory. */
export type Cache<Key extends {}, Value extends {}> = LRUCache<Key, Value>;

/**
 * Makes a cache in memory; every cache of the service is one. Entries age by `cache.perf.now()`, so a caller that
 * looks a value up passes the time from before the lookup as `start`.
 */
export function createCache<Key extends {}, Value extends {}>({
  max,
  keptMs,
  now = () => performance.now(),
}: CacheLimits): Cache<Key, Value> {
  // As its size: for a `max` the library takes the room of all entries at once.
  const limits = { maxSize: max, sizeCalculation: () => 1 };
  if (keptMs === undefined) return new LRUCache(limits);
  return new LRUCache({
    ...limits,
    ttl: keptMs,
    // The library takes a start of 0 for none, and would keep such an entry for ever.
    perf: { now: () => now() + 1 },
    // By default it reads the clock once a millisecond, with a timer each time.
    ttlResolution: 0,
  });
}

/**
 * Calls `make` when its value is wanted, and returns that promise to every caller of the next `milliseconds`, or
 * until it has settled if that takes longer: any number of callers cost one call at a time.
 */
export function reuseFor<T>(milliseconds: number, make: () => Promise<T>): () => Promise<T> {
  const made = createCache<"value", Promise<T>>({ max: 1, keptMs: milliseconds });
  let pending: Promise<T> | undefined;
  return () => {
    const known = pending ?? made.get("value");
    if (known !== undefined) return known;
    const value = make().finally(() => (pending = undefined));
    pending = value;
    made.set("value", value);
    return value;
  };
}
