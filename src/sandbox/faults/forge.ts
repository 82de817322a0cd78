import { randomBytes } from "node:crypto";

import { type Field, rootName } from "../../cardstream/fields.js";
import { sign, signed } from "../../cardstream/signed-message.js";
import type { Order } from "../payments/charge.js";
import { readHostedRequest } from "../payments/hosted-request.js";
import { OUTCOMES } from "../payments/outcomes.js";
import type { PlannedFaults } from "../payments/planned-faults.js";
import { resultFields } from "../payments/result-fields.js";
import { beginTransaction } from "../payments/transaction-row.js";

/**
 * A forged success, as a sender without the secret would post it: it is of no transaction, so a service that
 * accepts it records a payment that the gateway never took. Undefined if no such fault is planned.
 *
 * Either another secret signs it; or a partial signature covers the fields of the request alone, which every
 * shopper has whose browser posted a signed form. Vendor modules accept the latter.
 */
export function forgedResult(order: Order, faults: PlannedFaults, time: number): Field[] | undefined {
  const isForged = faults.has("forged");
  if (!isForged && !faults.has("partial_signature")) return undefined;
  const { page, secret } = order;
  const claimed = { ...order, outcome: OUTCOMES.approve };
  const result = resultFields(beginTransaction(claimed, readHostedRequest(page.fields), time), page.fields);
  if (isForged) return signed(result, randomBytes(24).toString("base64url"));
  const names = new Set(page.fields.map(([name]) => rootName(name)));
  const covered = result.filter(([name]) => names.has(rootName(name)));
  return [...result, ["signature", `${sign(covered, secret)}|${[...names].join(",")}`]];
}
