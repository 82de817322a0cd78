import type { IncomingHttpHeaders } from "node:http";

import { fieldText } from "../../cardstream/fields.js";
import { listSandboxTransactions, type SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { currentResult } from "../payments/current-result.js";
import { faultsOf } from "../faults/merchant-faults.js";
import type { SandboxContext } from "../protocol/context.js";
import { faultMs } from "../payments/planned-faults.js";
import { jsonReply, type Reply, silentReply, textReply } from "../protocol/reply.js";
import { readCondition } from "./condition.js";
import { tokenIn } from "./credentials.js";
import { isEqualInConstantTime } from "../../lib/constant-time.js";

/**
 * `GET <base>/rest/transactions?_where=(transactionUnique in ('...'))`: the transactions of the token's
 * merchant under these references, as a JSON list that nobody signs.
 *
 * That there is such a resource, its condition and its ways of authentication are documented; what its rows
 * hold is not. They are guessed here from the names that results have. docs/gateway-open-questions.md has the
 * list.
 */
export async function searchTransactions(
  parts: SandboxContext,
  search: URLSearchParams,
  headers: IncomingHttpHeaders,
): Promise<Reply> {
  const token = tokenIn(headers);
  const merchantID = token.split(".")[0] ?? "";
  const account = await parts.accounts.secretOf(merchantID);
  if (account?.restToken === undefined || !isEqualInConstantTime(token, account.restToken)) {
    return textReply(401, "Unauthorised", { "www-authenticate": 'Basic realm="sandbox"' });
  }
  const faults = await faultsOf(parts, merchantID);
  if (faults.has("search_error")) return textReply(500, "Failed, as was asked for.");
  if (faults.has("search_timeout")) return silentReply(faultMs(faults, "search_timeout"));
  // An integration uses `w`, the vendor's other texts `_where`.
  const references = readCondition(search.get("_where") ?? search.get("w") ?? "");
  if (references === undefined) return textReply(400, "Only a condition on transactionUnique is read here.");
  const rows = await listSandboxTransactions(parts.db.manager, merchantID, references, ROWS_MAX);
  parts.log.info({ rows: rows.length }, "sandbox: transactions were searched");
  // The original hands out a new token, good for an hour, with each answer; this one stays good.
  return jsonReply(rows.map(searchRow), { "x-p3-token": token });
}

/** More transactions than any one order is tried with. */
const ROWS_MAX = 100;

/** Texts throughout, as in results. No card beyond the mask, and nothing that a signature would have to protect. */
function searchRow(row: SandboxTransactionRow): Record<string, string> {
  const result = currentResult(row);
  return Object.fromEntries(COLUMNS.map((name) => [name, fieldText(result, name)]));
}

const COLUMNS = [
  "transactionID",
  "xref",
  "merchantID",
  "action",
  "type",
  "state",
  "amount",
  "amountReceived",
  "currencyCode",
  "transactionUnique",
  "orderRef",
  "responseCode",
  "responseStatus",
  "responseMessage",
  "cardNumberMask",
  "timestamp",
];
