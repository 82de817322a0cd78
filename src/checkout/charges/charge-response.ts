import { listResultsOfAttempt } from "../../db/tables/gateway-results.js";
import type { PaymentIntentRow } from "../../db/tables/payment-intents.js";
import { type AttemptReference, parseAttemptReference } from "../../domain/attempt.js";
import { declineCodeOf, declineMessage, NOT_CHARGED } from "../../domain/decline-code.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import type { PreviousCall } from "../idempotency.js";
import { getPaymentIntent, type PaymentView, viewPayment } from "../payments/payment-intents.js";

/** A payment as a call answers it; `replayed` if an earlier call with its idempotency key made it. */
export interface PaymentAnswer {
  readonly view: PaymentView;
  readonly replayed: boolean;
}

/**
 * Answers a call that has made a charge, `objectId` being the charge's reference: with the payment, or the
 * Refusal `CARD_DECLINED`. A repeated call gets the answer about its own charge, whatever the merchant has
 * tried since; if that was processing, it gets the current state.
 */
export async function chargeResponse(
  checkout: CheckoutContext,
  scope: MerchantScope,
  { objectId, replayed }: PreviousCall,
): Promise<PaymentAnswer> {
  const reference = parseAttemptReference(objectId);
  if (reference === undefined) throw new Error(`${objectId} is no charge.`);
  const intent = await getPaymentIntent(checkout, scope, reference.targetId);
  if (hasFailed(intent, reference)) throw await declined(checkout, reference);
  return { view: await viewPayment(checkout, intent), replayed };
}

function hasFailed({ attempt, status }: PaymentIntentRow, reference: AttemptReference): boolean {
  return reference.attempt < attempt || status === "requires_payment_method" || status === "canceled";
}

async function declined(checkout: CheckoutContext, reference: AttemptReference): Promise<Refusal> {
  const results = await listResultsOfAttempt(checkout.db.manager, reference);
  const code = results.find(({ outcome }) => outcome === "declined")?.responseCode ?? undefined;
  const declineCode = code === undefined ? NOT_CHARGED : declineCodeOf(code);
  const facts = { decline_code: declineCode, payment_intent: reference.targetId };
  return new Refusal("CARD_DECLINED", declineMessage(declineCode), [], facts);
}
