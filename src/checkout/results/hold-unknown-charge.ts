import { changeHeldPayment, lockHeldPayment } from "../../db/tables/held-payments.js";
import { changePaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { Tx } from "../../db/transaction.js";
import { held } from "../../domain/classification.js";
import { currencyByCode } from "../../domain/money.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { storeGatewayResult } from "../gateway-messages/store-gateway-result.js";

/**
 * Holds the newest charge of a locked payment intent for a person, because its outcome is unknown. Only once:
 * its `transactionKey` is the charge's own reference, and so unique.
 */
export async function holdUnknownCharge(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
  reference: string,
): Promise<void> {
  const { merchantId, livemode, amount, attempt } = intent;
  const nothing = checkout.sealer.seal("", { merchantId, livemode, purpose: "gateway-message" });
  const row = {
    merchantId,
    livemode,
    sessionId: null,
    paymentIntentId: intent.id,
    attempt,
    transactionKey: `attempt:${reference}`,
    responseCode: null,
    responseStatus: null,
    amount,
    amountReceived: null,
    currencyCode: currencyByCode(intent.currency)?.number ?? "",
    state: "",
    via: "nobody" as const,
    xrefSealed: null,
    messageSealed: nothing,
  };
  const stored = await storeGatewayResult(checkout, clock, tx, row, held("outcome_unknown"));
  if (stored !== undefined) await changePaymentIntent(tx, intent.id, { heldResultId: stored.id });
}

/** Dismisses the held charge once its outcome is known: a person need not find it out any more. */
export async function dropHeldUnknownCharge(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
): Promise<void> {
  if (intent.heldResultId === null) return;
  const held = await lockHeldPayment(tx, intent.heldResultId);
  if (held.resolution !== null) return;
  const done = {
    resolution: "dismiss",
    resolvedAt: clock.now(),
    note: "A later message shows what became of it.",
  } as const;
  await changeHeldPayment(tx, held.id, done);
  recordEvents(checkout, tx, done.resolvedAt, ["held_payment.dismissed", { ...held, ...done }]);
}
