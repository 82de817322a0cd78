import { createHash } from "node:crypto";

import { lockSandboxLastUse, writeSandboxLastUse } from "../tables/sandbox-last-uses.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import type { Tx } from "../../db/transaction.js";

/** The fields that the gateway compares (guide A-8), besides the card or the `xref` in its place. */
type Compared = Pick<
  SandboxTransactionRow,
  "gatewayMerchantId" | "action" | "type" | "amount" | "transactionUnique" | "currencyCode" | "createdAt"
>;

/**
 * Whether an equal request was made within `delayMs`; from now on this one counts as the last.
 *
 * `cardOrXref` is the hash of the card, or the `xref` that the request named instead. A refused duplicate
 * does not count, or each further one would prolong the wait. Equal requests wait for each other until the
 * transaction ends.
 */
export async function isDuplicate(
  tx: Tx,
  request: Compared,
  cardOrXref: string,
  delayMs: number,
): Promise<boolean> {
  const fingerprint = fingerprintOf(request, cardOrXref);
  const usedAt = await lockSandboxLastUse(tx, fingerprint);
  if (request.createdAt - usedAt < delayMs) return true;
  await writeSandboxLastUse(tx, fingerprint, request.createdAt);
  return false;
}

function fingerprintOf(request: Compared, cardOrXref: string): string {
  const compared = [
    request.gatewayMerchantId,
    request.action,
    request.type,
    request.amount,
    request.transactionUnique,
    request.currencyCode,
    cardOrXref,
  ];
  return createHash("sha256").update(JSON.stringify(compared)).digest("hex");
}
