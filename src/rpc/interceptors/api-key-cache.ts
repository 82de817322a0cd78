import { performance } from "node:perf_hooks";

import type { ApiKeyRow } from "../../db/tables/api-keys.js";
import { KEY_KEPT_MS } from "../../domain/api-key.js";
import type { FindKey } from "./authenticate.js";

/** Keys cached, of some hundred bytes each; far more than are used within a second. */
const KEPT_MAX = 10_000;

/**
 * Wraps `find` with a cache of valid keys for one second: a revoked key may be accepted for up to 1 s, and
 * `keys revoke` waits for that. Unknown and revoked keys are not cached, so that they cannot fill the memory.
 *
 * Uses the process's monotonic clock, in milliseconds.
 */
export function apiKeyCache(find: FindKey, now: () => number = () => performance.now()): FindKey {
  const kept = new Map<string, { readonly key: ApiKeyRow; readonly until: number }>();
  return (hash) => {
    const known = kept.get(hash);
    return known !== undefined && now() < known.until ? known.key : look(hash);
  };

  async function look(hash: string): Promise<ApiKeyRow | undefined> {
    // Counted from before the lookup, which may read the key just before it is revoked.
    const until = now() + KEY_KEPT_MS;
    const key = await find(hash);
    kept.delete(hash);
    if (key === undefined || key.revokedAt !== null) return key;
    if (kept.size >= KEPT_MAX) dropOldest(kept);
    kept.set(hash, { key, until });
    return key;
  }
}

function dropOldest(kept: Map<string, unknown>): void {
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
}
