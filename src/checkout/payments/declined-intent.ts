import { findCheckoutSession, type CheckoutSessionRow } from "../../db/tables/checkout-sessions.js";
import { findGatewayResults } from "../../db/tables/gateway-results.js";
import type { PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { CheckoutSession, Decline } from "../../domain/session.js";
import { setupIntentId } from "../../domain/setup-intent.js";
import { isId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";

/**
 * The payment of a session whose card was declined, as long as no card was charged. Undefined of any other session. It
 * is not stored: all of it is in the session, and its id and time are those of the first decline.
 */
export function declinedIntentOf(session: CheckoutSessionRow): PaymentIntentRow | undefined {
  const { mode, lastDecline, status, options } = session;
  if (mode === "setup" || status === "complete") return undefined;
  if (lastDecline?.intent === undefined || lastDecline.intent === null) return undefined;
  return {
    ...lastDecline.intent,
    merchantId: session.merchantId,
    livemode: session.livemode,
    sessionId: session.id,
    status: "requires_payment_method",
    amount: session.amountTotal,
    amountReceived: 0,
    amountRefunded: 0,
    currency: session.currency,
    customerId: session.customerId,
    paymentMethodId: null,
    gatewayResultId: lastDecline.resultId,
    metadata: options?.paymentMetadata ?? {},
    description: options?.paymentDescription ?? null,
    statementDescriptor: options?.statementDescriptor ?? null,
    receiptEmail: options?.receiptEmail ?? null,
    returnUrl: null,
    attempt: session.attempt,
    canceledAt: null,
    cancellationReason: null,
    captureMethod: options?.captureMethod ?? null,
    captureBefore: null,
    offSession: false,
    attemptCallId: null,
    reversalStartedAt: null,
    heldResultId: null,
    settlement: null,
    settledAt: null,
  };
}

/** The decline that a session has with this result. The first one makes its payment, or its setup intent. */
export function declineOf(
  { id, mode, lastDecline }: Pick<CheckoutSession, "id" | "mode" | "lastDecline">,
  { resultId, declineCode }: Pick<Decline, "resultId" | "declineCode">,
  now: number,
): Decline {
  const intentId = mode === "setup" ? setupIntentId(id) : resultId.replace(/^gr_/, "pi_");
  return { resultId, declineCode, intent: lastDecline?.intent ?? { id: intentId, createdAt: now } };
}

/** The payment with this id of a session that was only declined so far, of any merchant. */
export async function findDeclinedIntent(
  { db }: Pick<CheckoutContext, "db">,
  id: string,
): Promise<PaymentIntentRow | undefined> {
  if (!isId("pi", id)) return undefined;
  const [first] = await findGatewayResults(db.manager, [id.replace(/^pi_/, "gr_")]);
  // Of an authentication that never came: the gateway only said that it waits.
  const mayFail = first?.outcome === "declined" || first?.outcome === "unknown";
  if (!mayFail || first.sessionId === null) return undefined;
  const session = await findCheckoutSession(db.manager, first.sessionId);
  const intent = session && declinedIntentOf(session);
  return intent?.id === id ? intent : undefined;
}
