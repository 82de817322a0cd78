import type { Log } from "../../lib/log.js";
import type { Registry } from "../merchants/create-merchant.js";
import { listTestAccounts, type TestAccount } from "../merchants/gateway-account.js";

/**
 * Registers every test account at a sandbox gateway in another process. Registering again changes nothing.
 * Throws if the sandbox cannot be reached, or has another secrets key.
 */
export async function registerTestAccounts(
  registry: Registry,
  sandboxUrl: string,
  signal?: AbortSignal,
): Promise<void> {
  const accounts = await listTestAccounts(registry);
  for (let from = 0; from < accounts.length; from += BATCH) {
    await put(registry, sandboxUrl, accounts.slice(from, from + BATCH), signal);
  }
}

/** A registration under way. */
export interface Registering {
  /** Resolves after the first attempt, whatever its result. */
  readonly tried: Promise<void>;
  stop(): void;
}

/** Registers now, and after a failure repeatedly until it succeeds; `stop` ends it. Never throws. */
export function keepRegistering(registry: Registry & { readonly log: Log }, sandboxUrl: string): Registering {
  let timer: NodeJS.Timeout | undefined;
  const stopping = new AbortController();
  const attempt = async (): Promise<void> => {
    try {
      await registerTestAccounts(registry, sandboxUrl, stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return;
      registry.log.warn({ err: error }, "the sandbox gateway does not know the test accounts yet");
      timer = setTimeout(() => void attempt(), PAUSE_MS).unref();
    }
  };
  return {
    tried: attempt(),
    stop() {
      stopping.abort();
      clearTimeout(timer);
    },
  };
}

/** Even with the longest names a batch is smaller than the 64 KiB that the sandbox reads. */
const BATCH = 25;

const PAUSE_MS = 5_000;

/** Payments in live mode do not wait for a test gateway. */
const ANSWER_WITHIN_MS = 5_000;

async function put(
  { sealer }: Registry,
  sandboxUrl: string,
  accounts: readonly TestAccount[],
  stopping: AbortSignal | undefined,
): Promise<void> {
  const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const answer = await fetch(`${sandboxUrl}/accounts`, {
    method: "PUT",
    headers: { authorization: `Bearer ${sealer.sandboxToken}`, "content-type": "application/json" },
    body: JSON.stringify({ accounts }),
    redirect: "error",
    signal: stopping === undefined ? late : AbortSignal.any([late, stopping]),
  });
  if (answer.ok) return await answer.body?.cancel();
  throw new Error(`The sandbox gateway refused the test accounts: ${answer.status} ${await answer.text()}`);
}
