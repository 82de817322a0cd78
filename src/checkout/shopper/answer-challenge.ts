import type { Field } from "../../cardstream/fields.js";
import type { DirectAnswer } from "../../cardstream/gateway-client.js";
import { type BrowserHeaders, browserFields } from "../../cardstream/three-d-secure.js";
import {
  changePaymentIntent,
  findPaymentIntent,
  lockPaymentIntent,
  type PaymentIntentRow,
} from "../../db/tables/payment-intents.js";
import { listPendingAttempts } from "../../db/tables/pending-attempts.js";
import { findShopperStep, queueShopperStep, type ShopperStepRow } from "../../db/tables/shopper-steps.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import type { AttemptReference } from "../../domain/attempt.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { ANSWER_MS } from "../../domain/payment-intent.js";
import { oneTime } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import { applyAnswer, noteStep } from "../charges/apply-answer.js";
import { openChargeAccount } from "../charges/charge-card.js";
import { openChallenge } from "../charges/sealed-challenge.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { requiredCallbackUrl } from "../public-urls.js";
import { askNow } from "../reconcile/reconcile-pending.js";
import { addressToSend } from "../sessions/session-form.js";
import { clockOf } from "../test-clock.js";

/** What a shopper's browser brings from the card's issuer. */
export interface ChallengeAnswer {
  /** What the issuer has posted, as it is. */
  readonly response: readonly Field[];
  /** What the gateway wants to know of the browser, and of where it is. */
  readonly headers: BrowserHeaders;
  readonly address: string | undefined;
}

/**
 * Carries an authentication on with what the issuer has posted to the shopper's browser: recorded first, sent to the
 * gateway once, and its answer applied as that to a charge. What is posted again, or too late, changes nothing.
 */
export async function answerChallenge(
  checkout: CheckoutContext,
  { targetId, attempt }: AttemptReference,
  brought: ChallengeAnswer,
): Promise<void> {
  const found = await findPaymentIntent(checkout.db.manager, targetId);
  if (found?.status !== "requires_action" || found.attempt !== attempt) return;
  const begun = await recordAnswer(checkout, found);
  if (begun === undefined) return;
  const answer = await sendAnswer(checkout, begun.intent, begun.ref, brought);
  await applyAnswer(checkout, begun.intent, answer);
  await askUnlessKnown(checkout, begun.intent);
}

/** Sends on what the issuer has posted, which was recorded just now, once. */
export async function sendAnswer(
  checkout: CheckoutContext,
  scope: MerchantScope,
  ref: string,
  { response, headers, address }: ChallengeAnswer,
): Promise<DirectAnswer> {
  await checkout.checkpoint("challenge answered");
  const account = await openChargeAccount(checkout, scope);
  const callbackUrl = requiredCallbackUrl(checkout, scope.livemode);
  const browser = browserFields(headers, addressToSend(scope, address));
  const answer = await checkout.direct.continueSale(account, { ref, response, browser, callbackUrl });
  await checkout.checkpoint("challenge sent");
  return answer;
}

interface Begun {
  /** The payment as it is recorded: processing, with the id of this call. */
  readonly intent: PaymentIntentRow;
  readonly ref: string;
}

/** Undefined unless the challenge is open: then nobody else may send anything of this charge. */
async function recordAnswer(checkout: CheckoutContext, found: PaymentIntentRow): Promise<Begun | undefined> {
  const clock = await clockOf(checkout, found);
  const attemptCallId = newId("call", clock.now());
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx, { again }) => {
    const now = oneTime(clock).now();
    const locked = await lockPaymentIntent(tx, found.id);
    const step = await findShopperStep(tx, found.id);
    // A COMMIT whose connection is lost has usually succeeded: then this call's id is stored already.
    const isStored = again && locked.attemptCallId === attemptCallId;
    if (step === undefined || !(isStored || isOpen(locked, step, found.attempt, now))) return undefined;
    const { ref } = openChallenge(checkout, locked, step.challengeSealed);
    if (isStored) return { intent: locked, ref };
    const intent = { ...locked, status: "processing", attemptCallId } as const;
    await recordAnswered(checkout, tx, intent, step, now);
    return { intent, ref };
  });
}

/** True while the shopper may bring what the issuer says. */
function isOpen(intent: PaymentIntentRow, step: ShopperStepRow, attempt: number, now: number): boolean {
  const isOfAttempt = intent.attempt === attempt && step.attempt === attempt;
  return isOfAttempt && intent.status === "requires_action" && step.kind === "challenge" && now < step.endsAt;
}

async function recordAnswered(
  checkout: CheckoutContext,
  tx: Tx,
  intent: PaymentIntentRow,
  step: ShopperStepRow,
  now: number,
): Promise<void> {
  const { id, status, attemptCallId } = intent;
  const endsAt = now + ANSWER_MS;
  queueShopperStep(tx, { ...step, kind: "answered", endsAt });
  noteStep(tx, intent, now, endsAt);
  recordEvents(checkout, tx, now, ["payment_intent.processing", intent]);
  await changePaymentIntent(tx, id, { status, attemptCallId });
}

/** A lost answer, or one that says nothing of this charge, is asked for at once: the shopper waits. */
async function askUnlessKnown(checkout: CheckoutContext, { id }: PaymentIntentRow): Promise<void> {
  const now = await findPaymentIntent(checkout.db.manager, id);
  if (now?.status !== "processing") return;
  await askNow(checkout, await listPendingAttempts(checkout.db.manager, id));
}
