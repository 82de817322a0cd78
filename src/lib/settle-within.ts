import { setTimeout as sleep } from "node:timers/promises";

/**
 * Settles as `work` does, or resolves to undefined after `milliseconds`. The work continues then, and its
 * later errors are dropped.
 */
export function settleWithin<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(resolve, milliseconds, undefined);
    void work.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

/**
 * Waits until `work` resolves or rejects, for `milliseconds` at most. Never throws; the work continues after
 * that.
 */
export async function waitAtMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const enough = new AbortController();
  const ended = work.catch(() => undefined); // The caller who started the work handles its errors.
  // The work ended first.
  const patience = sleep(milliseconds, undefined, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([ended, patience]);
  enough.abort();
}
