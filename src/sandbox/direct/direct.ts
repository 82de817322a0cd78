import { ACTION } from "../../domain/gateway-codes.js";
import { type Field, fieldText } from "../../cardstream/fields.js";
import { signed } from "../../cardstream/signed-message.js";
import { findSandboxTransactionByXref } from "../tables/sandbox-transactions.js";
import { keptFields } from "../payments/echoed-fields.js";
import { ACTION_NOT_ALLOWED, type Fault, invalidField, missingField } from "../protocol/faults.js";
import { isPostable } from "../payments/order-checks.js";
import { faultsOf } from "../faults/merchant-faults.js";
import type { SandboxContext } from "../protocol/context.js";
import { faultMs } from "../payments/planned-faults.js";
import { newRequestId } from "../payments/references.js";
import { formReply, type Reply, silentReply, textReply } from "../protocol/reply.js";
import { faultFields } from "../payments/result-fields.js";
import { sendCallback } from "../payments/send-callback.js";
import { browserFault, readSigned } from "../protocol/signed-request.js";
import { continueSale } from "./authenticate.js";
import { cancel } from "./cancel.js";
import { capture } from "./capture.js";
import { useGivenCard } from "./card-sale.js";
import type { DirectAction, DirectAnswer, DirectRequest } from "./direct-request.js";
import { query } from "./query.js";
import { refundSale } from "./refund-sale.js";
import { useStoredCard } from "./sale.js";

/**
 * `POST <base>/direct/`: a merchant's server queries or changes a transaction (guide 1.9 and 3). Every
 * response has status 200 and is signed, unless no account signed the request or a browser has seen it: the
 * sandbox signs nothing for strangers.
 */
export async function answerDirect(parts: SandboxContext, body: Buffer): Promise<Reply> {
  const time = parts.clock.now();
  const requestID = newRequestId();
  const read = await readSigned(parts, body);
  const unsigned = (fault: Fault): Reply => formReply(faultFields(fault, [], time, requestID));
  if ("fault" in read) return unsigned(read.fault);
  const misplaced = browserFault(read.request.fields);
  if (misplaced !== undefined) return unsigned(misplaced);
  const faults = await faultsOf(parts, read.request.merchantID);
  const request = { ...read.request, requestID, time, faults };
  if (faults.has("direct_error")) return textReply(500, "Failed by a planned fault.");
  const answer = await carryOut(parts, request);
  const result = "fault" in answer ? refusal(request, answer.fault) : answer.result;
  const fields = signed(result, request.account.secret);
  parts.log.info(
    { action: fieldText(result, "action"), responseCode: fieldText(result, "responseCode") },
    "sandbox: a direct request was answered",
  );
  await notifyMerchant(parts, request, answer, fields);
  return faults.has("direct_timeout") ? silentReply(faultMs(faults, "direct_timeout")) : formReply(fields);
}

/** Each is about the transaction that its `xref` names; some use its card again. */
const ACTIONS: ReadonlyMap<string, DirectAction> = new Map<string, DirectAction>([
  [ACTION.QUERY, query],
  [ACTION.CANCEL, cancel],
  [ACTION.CAPTURE, capture],
  [ACTION.REFUND_SALE, refundSale],
  [ACTION.SALE, useStoredCard],
  [ACTION.PREAUTH, useStoredCard],
  [ACTION.VERIFY, useStoredCard],
  [ACTION.REFUND, useStoredCard],
]);

/** Actions that may bring a card, and no `xref`. */
const WITH_CARD: ReadonlySet<string> = new Set([ACTION.SALE, ACTION.PREAUTH, ACTION.VERIFY, ACTION.REFUND]);

/** Actions by which money goes back: a `CAPTURE` of what is captured already takes less of it. */
const GIVES_BACK: ReadonlySet<string> = new Set([
  ACTION.CANCEL,
  ACTION.CAPTURE,
  ACTION.REFUND_SALE,
  ACTION.REFUND,
]);

/**
 * An unknown `xref` is an error that is not recorded; another merchant's `xref` looks the same to the caller.
 */
async function carryOut(parts: SandboxContext, request: DirectRequest): Promise<DirectAnswer> {
  const { fields, merchantID, faults } = request;
  const name = fieldText(fields, "action");
  if (name === "") return { fault: missingField("action") };
  const action = ACTIONS.get(name);
  if (action === undefined) return { fault: invalidField("action") };
  if (name === ACTION.SALE && fieldText(fields, "threeDSRef") !== "")
    return await continueSale(parts, request);
  const xref = fieldText(fields, "xref");
  if (xref === "" && !WITH_CARD.has(name)) return { fault: missingField("xref") };
  const isRefused = faults.has("refund_refused") && GIVES_BACK.has(name);
  if (xref === "") return isRefused ? { fault: ACTION_NOT_ALLOWED } : await useGivenCard(parts, request);
  const found = await findSandboxTransactionByXref(parts.db.manager, merchantID, xref);
  if (found === undefined) return { fault: invalidField("xref") };
  if (isRefused) return { fault: ACTION_NOT_ALLOWED };
  return await action(parts, request, found);
}

/** Repeats the request, the `xref` included, as the original does. */
function refusal({ fields, time, requestID }: DirectRequest, fault: Fault): Field[] {
  const xref = fieldText(fields, "xref");
  const result = faultFields(fault, keptFields(fields), time, requestID);
  return xref === "" ? result : [...result, ["xref", xref]];
}

/** Every request may name a `callbackURL`, which gets a copy of the response (guide 1.7.7 and 3.1). */
async function notifyMerchant(
  parts: SandboxContext,
  { fields: requested, faults }: DirectRequest,
  answer: DirectAnswer,
  fields: readonly Field[],
): Promise<void> {
  const callbackURL = fieldText(requested, "callbackURL");
  if (!isPostable(callbackURL)) return;
  const transactionID = "result" in answer ? answer.transactionID : undefined;
  await sendCallback(parts, { fields, callbackURL, transactionID, faults });
}
