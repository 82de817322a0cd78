import { createWindowCounts } from "../connections/window-counts.js";

/**
 * How many orders strangers may place, since anyone can open the shop, and each order leaves rows behind. For each
 * address enough to try every outcome; for all together what a class of students needs, and 8640 sessions a day at the
 * very most.
 */
export interface OrderLimits {
  /** Counts an order of this address, if it is known. False where there are too many: then it counts nothing. */
  take(address: string | undefined): boolean;
}

/** The time in which orders are counted. */
export const WINDOW_MS = 10 * 60_000;

/** In that time, of one address and of all. */
export const ORDERS_OF_ADDRESS = 20;
export const ORDERS_OF_ALL = 60;

/** Sessions of the demonstration merchant, its own calls included, from which on the shop takes no more orders. */
export const SESSIONS_MAX = 10_000;

/** Counts in memory, for this process. `now` is a test's clock. */
export function createOrderLimits(now?: () => number): OrderLimits {
  // More addresses than may order: no count is dropped before its time.
  const counts = createWindowCounts({ windowMs: WINDOW_MS, namesMax: ORDERS_OF_ALL * 2, now });
  return {
    take(address) {
      if (counts.of("all") >= ORDERS_OF_ALL) return false;
      if (address !== undefined && counts.of(`of ${address}`) >= ORDERS_OF_ADDRESS) return false;
      counts.add("all");
      if (address !== undefined) counts.add(`of ${address}`);
      return true;
    },
  };
}
