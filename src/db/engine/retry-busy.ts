import { setTimeout as sleep } from "node:timers/promises";

/**
 * How long to wait for another process before SQLITE_BUSY reaches the caller. `inTransaction` tries eight
 * times, so the service survives a lock held for several seconds.
 */
const BUSY_WAIT_MS = 1_000;

/** Tries again while another process holds the file. The event loop stays free meanwhile. */
export async function onceFree<T>(attempt: () => T, waitMs = BUSY_WAIT_MS): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await sleep(waitMs * (0.5 + Math.random()));
    }
  }
}

/** Whether another process holds the file: SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_BUSY_RECOVERY. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}
