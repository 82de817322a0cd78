import { setTimeout as sleep } from "node:timers/promises";

/**
 * What `work` came to, or undefined where that takes longer. The work goes on all the same; then nobody hears
 * of its errors.
 */
export function settleWithin<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(resolve, milliseconds, undefined);
    void work.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

/** Waits until `work` has ended, whether well or badly, but for so long at most. The work goes on all the same. */
export async function waitAtMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const enough = new AbortController();
  const ended = work.catch(() => undefined); // Whoever started it hears of its errors.
  // The work was faster.
  const patience = sleep(milliseconds, undefined, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([ended, patience]);
  enough.abort();
}
