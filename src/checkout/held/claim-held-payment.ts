import { type HeldPaymentRow, paysSession } from "../../db/tables/held-payments.js";
import { findCheckoutSession } from "../../db/tables/checkout-sessions.js";
import { findGatewayResults, type GatewayResultRow } from "../../db/tables/gateway-results.js";
import { findPaymentIntent } from "../../db/tables/payment-intents.js";
import { claimTransaction } from "../../db/tables/reversals.js";
import type { Tx } from "../../db/transaction.js";
import { parseAttemptReference } from "../../domain/attempt.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import { wasApproved } from "../../domain/payment-intent.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { storedResult, storedXref } from "../gateway-messages/store-gateway-result.js";

/**
 * Claims a held payment's transaction, before the payment is accepted or its money returned. Throws a Refusal
 * if the transaction pays already: one transaction pays once, whichever sessions the gateway's messages name.
 *
 * `sale` is what the gateway reports of it now, undefined if it was not queried.
 */
export async function claimHeldPayment(
  checkout: CheckoutContext,
  tx: Tx,
  held: HeldPaymentRow,
  sale: GatewayResult | undefined,
  now: number,
): Promise<void> {
  const own = transactionOf(checkout, held);
  for (const key of new Set([own, sale?.transactionKey ?? own])) {
    if (!(await claimTransaction(tx, held, key, now))) throw pays();
  }
  if (sale !== undefined && (await paysByXref(checkout, tx, held, sale))) throw pays();
}

/** Throws a Refusal if the held payment's transaction pays a session or charge. */
export async function refuseIfPays(checkout: CheckoutContext, tx: Tx, held: HeldPaymentRow): Promise<void> {
  if (await paysSession(tx, { ...held, transactionKey: transactionOf(checkout, held) })) throw pays();
}

function pays(): Refusal {
  return new Refusal(
    "RESOLUTION_NOT_POSSIBLE",
    "This payment has completed a session or a charge: it cannot pay for another one, nor be returned as a held payment.",
    "resolution",
  );
}

/** A second message about a transaction is stored with a key of its own, but is about the same money. */
export function transactionOf(checkout: CheckoutContext, held: GatewayResultRow): string {
  return held.via === "nobody" ? held.transactionKey : storedResult(checkout, held).transactionKey;
}

/**
 * True if the sale has paid the session or charge that the held payment or the gateway names, as the gateway's
 * reference shows: the message that completed it may have had another transaction id, or none.
 */
async function paysByXref(
  checkout: CheckoutContext,
  tx: Tx,
  held: HeldPaymentRow,
  { transactionUnique, xref }: GatewayResult,
): Promise<boolean> {
  const named = parseAttemptReference(transactionUnique);
  const sessions = [held.sessionId, named?.kind === "session" ? named.targetId : null];
  const intents = [held.paymentIntentId, named?.kind === "payment_intent" ? named.targetId : null];
  for (const id of new Set(sessions)) intents.push(await intentOfSession(tx, id));
  for (const id of new Set(intents)) {
    const result = await payingResult(tx, id);
    if (result === undefined || result.merchantId !== held.merchantId) continue;
    if (xref !== "" && storedXref(checkout, result) === xref) return true;
  }
  return false;
}

async function intentOfSession(tx: Tx, sessionId: string | null): Promise<string | null> {
  const session = sessionId === null ? undefined : await findCheckoutSession(tx, sessionId);
  return session?.paymentIntentId ?? null;
}

/** The result that a payment was completed with, or authorized. */
async function payingResult(tx: Tx, intentId: string | null): Promise<GatewayResultRow | undefined> {
  const intent = intentId === null ? undefined : await findPaymentIntent(tx, intentId);
  if (intent === undefined || !wasApproved(intent) || intent.gatewayResultId === null) return undefined;
  const [result] = await findGatewayResults(tx, [intent.gatewayResultId]);
  return result;
}
