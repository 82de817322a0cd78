import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { type Fault, invalidField } from "../protocol/faults.js";

/** How long the gateway keeps the card of a transaction (guide A-15). Each new transaction has an `xref` of its own. */
const TOKEN_MONTHS = 13;

/** Why a transaction's card cannot be charged any more; undefined if it can. */
export function tokenFault(seed: SandboxTransactionRow, now: number): Fault | undefined {
  const until = new Date(seed.createdAt);
  until.setUTCMonth(until.getUTCMonth() + TOKEN_MONTHS);
  const isKept = seed.cardHash !== null && now < until.getTime();
  return isKept ? undefined : invalidField("xref");
}
