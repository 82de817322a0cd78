import { ACTION, STATE } from "../../domain/gateway-codes.js";
import type { Field } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { overrideFields } from "./override-fields.js";
import { gatewayTimestamp } from "./references.js";

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
  return hasLapsed(row, now) ? { ...row, state: STATE.FINISHED, amountReceived: 0 } : row;
}
