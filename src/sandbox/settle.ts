import { fieldText } from "../cardstream/fields.js";
import { signed } from "../cardstream/signature.js";
import { moveSandboxTransactions } from "../db/sandbox-settlement.js";
import { inTransaction, type Tx } from "../db/transaction.js";
import { keptFields } from "./echoed-fields.js";
import { invalidField } from "./faults.js";
import { REJECTED_AT_SETTLEMENT } from "./outcomes.js";
import type { SandboxParts } from "./parts.js";
import { gatewayTimestamp, newRequestId } from "./references.js";
import { formReply, type Reply } from "./reply.js";
import { faultFields } from "./result-fields.js";
import { readSigned } from "./signed-request.js";

/**
 * `POST <base>/settle`: settles what is captured, of one merchant or only the transaction of an `xref`. The original has
 * no such call: it settles each night.
 *
 * The form is signed as every other and says `action=SETTLE`, so that no form that a shopper's browser has seen can be
 * posted here. With `state=tendered` it stops half-way, where nothing can be cancelled or refunded any more or yet. The
 * answer's `settled` counts the transactions that reached their last state, or `tendered`.
 */
export async function settle(parts: SandboxParts, body: Buffer): Promise<Reply> {
  const time = parts.clock.now();
  const requestID = newRequestId();
  const read = await readSigned(parts, body);
  if ("fault" in read) return formReply(faultFields(read.fault, [], time, requestID));
  const { account, fields, merchantID } = read.request;
  const text = (name: string): string => fieldText(fields, name);
  if (text("action") !== "SETTLE") {
    const fault = faultFields(invalidField("action", 66055), keptFields(fields), time, requestID);
    return formReply(signed(fault, account.secret));
  }
  const which = { gatewayMerchantId: merchantID, xref: text("xref"), changedAt: time };
  const settled = await inTransaction(parts.db, "READ COMMITTED", (tx) =>
    text("state") === "tendered" ? tender(tx, which) : finish(tx, which),
  );
  parts.log.info({ settled }, "sandbox: transactions were settled");
  const answer = [
    ["merchantID", merchantID],
    ["action", "SETTLE"],
    ["settled", String(settled)],
    ["responseCode", "0"],
    ["responseStatus", "0"],
    ["responseMessage", "SETTLED"],
    ["timestamp", gatewayTimestamp(time)],
  ] as const;
  return formReply(signed(answer, account.secret));
}

type Which = Omit<Parameters<typeof moveSandboxTransactions>[1], "from" | "to">;

async function tender(tx: Tx, which: Which): Promise<number> {
  return await moveSandboxTransactions(tx, { ...which, from: "captured", to: "tendered" });
}

/** Sales in the published bands are rejected; refunds are always accepted. */
async function finish(tx: Tx, which: Which): Promise<number> {
  await tender(tx, which);
  const tendered = { ...which, from: "tendered" };
  const rejected = { ...tendered, to: "rejected", action: "SALE" };
  let settled = 0;
  for (const amounts of REJECTED_AT_SETTLEMENT) {
    settled += await moveSandboxTransactions(tx, { ...rejected, amounts });
  }
  return settled + (await moveSandboxTransactions(tx, { ...tendered, to: "accepted" }));
}
