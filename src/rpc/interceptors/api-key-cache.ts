import { performance } from "node:perf_hooks";

import type { ApiKeyRow } from "../../db/tables/api-keys.js";
import { KEY_KEPT_MS } from "../../domain/api-key.js";
import type { FindKey } from "./authenticate.js";

/** Some hundred bytes each; far more than the keys that are in use within a second. */
const KEPT_MAX = 10_000;

/**
 * Looks keys up through `find`, and a valid one at most once a second: `keys revoke` ends when that second is
 * over. Unknown and revoked keys are not kept: whoever sends those may wait for the look, and cannot fill the
 * memory.
 *
 * By the time of the process, which nobody sets.
 */
export function apiKeyCache(find: FindKey, now: () => number = () => performance.now()): FindKey {
  const kept = new Map<string, { readonly key: ApiKeyRow; readonly until: number }>();
  return (hash) => {
    const known = kept.get(hash);
    return known !== undefined && now() < known.until ? known.key : look(hash);
  };

  async function look(hash: string): Promise<ApiKeyRow | undefined> {
    // From before the look: it may see the key as it was just before it was revoked.
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
