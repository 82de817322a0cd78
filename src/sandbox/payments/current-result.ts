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
