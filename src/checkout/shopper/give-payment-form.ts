import { fieldText } from "../../cardstream/fields.js";
import { changePaymentIntent, lockPaymentIntent } from "../../db/tables/payment-intents.js";
import { queueShopperStep } from "../../db/tables/shopper-steps.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { STEP_MS } from "../../domain/payment-intent.js";
import { isEqualInConstantTime } from "../../lib/constant-time.js";
import { noteStep } from "../charges/apply-answer.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import type { FormFromShopper } from "../sessions/open-pay-page.js";
import type { FormToSend } from "../sessions/pay-page.js";
import { askForPaymentPage, type PaymentPage, paymentPageOf } from "./payment-page.js";
import { attemptOfForm, type PaymentPageState, readPaymentPageState } from "./payment-page-state.js";

/**
 * Gives out the posted form, which the shopper sends on: from then on money may move, and no card of the merchant's is
 * charged. Or returns the page as it is now, where that form does not hold any more.
 */
export async function givePaymentForm(
  checkout: CheckoutContext,
  intentId: string,
  posted: FormFromShopper,
): Promise<PaymentPage | FormToSend> {
  // The form may have been given out before: what became of it is asked first.
  const page = await askForPaymentPage(checkout, intentId);
  if (page.kind !== "form" && page.kind !== "challenge") return page;
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const intent = await lockPaymentIntent(tx, intentId);
    const state = await readPaymentPageState(checkout, tx, intent);
    const now = paymentPageOf(checkout, state, posted.signedAddress);
    if (now.kind !== "form" && now.kind !== "challenge") return now;
    const isOurs = isEqualInConstantTime(fieldText(now.fields, "signature"), posted.signature);
    if (!isOurs) return paymentPageOf(checkout, state, posted.address);
    const isAgain = attemptOfForm(state) === intent.attempt;
    await noteForm(checkout, tx, state, isAgain);
    return { kind: "given", hostedUrl: now.hostedUrl, isAgain };
  });
}

/** The card is not known before the gateway tells it: the one that was declined is not the one that pays. */
async function noteForm(
  checkout: CheckoutContext,
  tx: Tx,
  state: PaymentPageState,
  isAgain: boolean,
): Promise<void> {
  const now = state.clock.now();
  const attempt = attemptOfForm(state);
  const next = { status: "requires_action", attempt, attemptCallId: null, paymentMethodId: null } as const;
  const intent = { ...state.intent, ...next };
  const rounds = isAgain ? (state.step?.rounds ?? 0) + 1 : 1;
  const endsAt = now + STEP_MS;
  const { id: paymentIntentId } = intent;
  queueShopperStep(tx, { paymentIntentId, attempt, kind: "form", rounds, endsAt, challengeSealed: null });
  noteStep(tx, intent, now, endsAt);
  if (isAgain) return;
  recordEvents(checkout, tx, now, ["payment_intent.requires_action", intent]);
  await changePaymentIntent(tx, intent.id, next);
}
