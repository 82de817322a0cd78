import { ACTION, RESPONSE_CODE, STATE } from "../../domain/gateway-codes.js";
import type { Field } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { NOT_AUTHENTICATED } from "./outcomes.js";
import { overrideFields } from "./override-fields.js";
import { gatewayTimestamp } from "./references.js";
import { endedRow } from "./three-d-secure.js";

/** The gateway's response about a transaction now: its first response, with what has changed since. */
export function currentResult(row: SandboxTransactionRow): Field[] {
  return overrideFields(row.result, {
    state: row.state,
    amountReceived: String(row.amountReceived),
    amountRetained: String(row.amountReceived),
    ...(row.state === STATE.ACCEPTED && row.action === ACTION.SALE
      ? { amountRefunded: String(row.amountRefunded) }
      : {}),
    timestamp: gatewayTimestamp(row.changedAt),
  });
}

/**
 * For how long the gateway takes a CAPTURE of an approved sale (guide A-9). The card schemes grant less, so this
 * service releases one long before.
 */
const CAPTURABLE_MS = 30 * 86_400_000;

/** True where an approved sale was not captured in time. */
export function hasLapsed({ state, createdAt }: SandboxTransactionRow, now: number): boolean {
  return state === STATE.APPROVED && now >= createdAt + CAPTURABLE_MS;
}

/** A transaction as it is now: what has lapsed has ended, and takes no money any more. No row is changed for that. */
export function asLapsed(row: SandboxTransactionRow, now: number): SandboxTransactionRow {
  if (hasLapsed(row, now)) return { ...row, state: STATE.FINISHED, amountReceived: 0 };
  const leftAt = row.createdAt + CHALLENGE_MS;
  const isLeft = isHostedChallenge(row) && now >= leftAt;
  return isLeft ? { ...endedRow(row, NOT_AUTHENTICATED, false, leftAt), changedAt: leftAt } : row;
}

/** For how long the hosted page waits for its shopper at the issuer's page: as long as EMVCo has those pages wait. */
const CHALLENGE_MS = 10 * 60_000;

/** A challenge that the hosted page carries on. One that a merchant's server carries on waits for that. */
function isHostedChallenge({ pageId, state, responseCode }: SandboxTransactionRow): boolean {
  const waits = state === STATE.RECEIVED && responseCode === RESPONSE_CODE.AUTHENTICATION_REQUIRED;
  return pageId !== null && waits;
}
