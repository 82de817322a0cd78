import { readableText } from "../../cardstream/byte-text.js";
import { bodyText } from "../../cardstream/fields.js";
import type { NewGatewayResult } from "../../db/tables/gateway-results.js";
import { parseAttemptReference } from "../../domain/attempt-reference.js";
import type { CheckoutContext } from "../context.js";
import type { GatewayMessage } from "./gateway-message.js";
import type { VerifiedMessage } from "./verify-message.js";

/** A result to store, before it is classified; the transaction that stores it gives it an id and a time. */
export type UnclassifiedResult = Omit<NewGatewayResult, "outcome" | "heldReason" | "id" | "receivedAt">;

/** The columns of a verified message. */
export function newGatewayResult(
  checkout: CheckoutContext,
  { result, scope, target, refund }: VerifiedMessage,
  message: GatewayMessage,
): UnclassifiedResult {
  const { sealer } = checkout;
  return {
    merchantId: scope.merchantId,
    livemode: scope.livemode,
    sessionId: target?.session?.id ?? null,
    paymentIntentId: target?.intent?.id ?? refund?.paymentIntentId ?? null,
    reversalId: refund?.id ?? null,
    attempt: target === undefined ? null : (parseAttemptReference(result.transactionUnique)?.attempt ?? null),
    transactionKey: result.transactionKey,
    responseCode: result.responseCode ?? null,
    responseStatus: result.responseStatus ?? null,
    amount: result.amount ?? null,
    amountReceived: result.amountReceived ?? null,
    currencyCode: readableText(result.currencyCode).slice(0, CURRENCY_CODE_MAX),
    state: readableText(result.state).slice(0, STATE_MAX),
    via: message.via,
    xrefSealed: result.xref === "" ? null : sealer.seal(result.xref, { ...scope, purpose: "xref" }),
    messageSealed: sealer.seal(bodyText(message.body), { ...scope, purpose: "gateway-message" }),
  };
}

/** The width of the column. A longer text is no currency code; the sealed message holds it in full. */
const CURRENCY_CODE_MAX = 16;
const STATE_MAX = 32;
