import type { IncomingHttpHeaders } from "node:http";

import { fieldText } from "../../cardstream/fields.js";
import { listSandboxTransactions, type SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { asLapsed, currentResult } from "../payments/current-result.js";
import { faultsOf } from "../faults/merchant-faults.js";
import type { SandboxContext } from "../protocol/context.js";
import { faultMs } from "../payments/planned-faults.js";
import { jsonReply, type Reply, silentReply, textReply } from "../protocol/reply.js";
import { readCondition } from "./condition.js";
import { tokenIn } from "./credentials.js";
import { isEqualInConstantTime } from "../../lib/constant-time.js";

/**
 * `GET <base>/rest/transactions?_where=(transactionUnique in ('...'))`: the transactions of the token's
 * merchant with these references, as an unsigned JSON list.
 *
 * The resource, its condition and its authentication are documented; the content of its rows is not, and is
 * assumed here to use the names of results. docs/gateway-open-questions.md has the list.
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
  if (faults.has("search_error")) return textReply(500, "Failed by a planned fault.");
  if (faults.has("search_timeout")) return silentReply(faultMs(faults, "search_timeout"));
  // One of the vendor's texts uses `w`, the others `_where`.
  const references = readCondition(search.get("_where") ?? search.get("w") ?? "");
  if (references === undefined) return textReply(400, "Only a condition on transactionUnique is read here.");
  const rows = await listSandboxTransactions(parts.db.manager, merchantID, references, ROWS_MAX);
  parts.log.info({ rows: rows.length }, "sandbox: transactions were searched");
  // The original returns a new token, valid for an hour, with each response; this one stays valid.
  const now = parts.clock.now();
  const listed = rows.map((row) => searchRow(asLapsed(row, now)));
  return jsonReply(listed, { "x-p3-token": token });
}

/** More transactions than one order ever has. */
const ROWS_MAX = 100;

/** Only strings, as in results. No card but its mask, and nothing that needs a signature. */
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
