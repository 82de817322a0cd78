import { parseFields } from "../../cardstream/fields.js";
import type { DirectAnswer } from "../../cardstream/gateway-client.js";
import { type Challenge, readChallenge } from "../../cardstream/three-d-secure.js";
import {
  changePaymentIntent,
  lockPaymentIntent,
  type PaymentIntentRow,
} from "../../db/tables/payment-intents.js";
import { notePending } from "../../db/tables/pending-attempts.js";
import { findShopperStep, queueShopperStep } from "../../db/tables/shopper-steps.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { attemptReference, nextAskAt, stepTimes } from "../../domain/attempt.js";
import { isWaitingForAuthentication } from "../../domain/gateway-codes.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import { currencyOfGateway } from "../../domain/money.js";
import { ROUNDS_MAX, STEP_MS } from "../../domain/payment-intent.js";
import { oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { applyGatewayResult } from "../results/apply-gateway-result.js";
import { clockOf } from "../test-clock.js";
import { sealChallenge } from "./sealed-challenge.js";

/**
 * Applies what the gateway has answered a charge, or the answer to its challenge, and opens the challenge that it asks
 * for.
 */
export async function applyAnswer(
  checkout: CheckoutContext,
  intent: PaymentIntentRow,
  answer: DirectAnswer,
): Promise<void> {
  const challenge = await applyChargeAnswer(checkout, intent, answer);
  if (challenge !== undefined) await openChallenge(checkout, intent, challenge);
}

/** A charge as far as an answer has to be about it. */
export type AnsweredCharge = Pick<
  PaymentIntentRow,
  "id" | "attempt" | "amount" | "currency" | "livemode" | "offSession"
>;

/**
 * Applies what the gateway has answered a charge like any other message of the gateway. The challenge that it asks for
 * is returned. Without an answer that is about this charge nothing is concluded: the charge stays as it is, and the
 * gateway is asked.
 */
export async function applyChargeAnswer(
  checkout: CheckoutContext,
  charge: AnsweredCharge,
  answer: DirectAnswer,
): Promise<Challenge | undefined> {
  const line = { payment: charge.id, attempt: charge.attempt };
  if (answer.kind !== "answered") {
    const why = answer.kind === "no answer" ? answer.why : answer.kind;
    checkout.log.warn({ ...line, why }, "a charge was not answered");
    return undefined;
  }
  await applyGatewayResult(checkout, { body: answer.body, via: "direct" });
  if (!isWaitingForAuthentication(answer.result) || charge.offSession) return undefined;
  const challenge = readChallenge(parseFields(answer.body), charge.livemode);
  if (challenge !== undefined && isAbout(answer.result, charge)) return challenge;
  checkout.log.error(line, "the gateway asks for an authentication, but not of this charge");
  return undefined;
}

/** A challenge of another charge would have the shopper authenticate that one. */
function isAbout(result: GatewayResult, { id, attempt, amount, currency }: AnsweredCharge): boolean {
  const isOfCharge = result.transactionUnique === attemptReference(id, attempt) && result.orderRef === id;
  return isOfCharge && result.amount === amount && currencyOfGateway(result.currencyCode)?.code === currency;
}

async function openChallenge(
  checkout: CheckoutContext,
  { id, merchantId, livemode, attempt, attemptCallId }: PaymentIntentRow,
  challenge: Challenge,
): Promise<void> {
  const clock = await clockOf(checkout, { merchantId, livemode });
  const challengeSealed = sealChallenge(checkout, { merchantId, livemode }, challenge);
  await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const intent = await lockPaymentIntent(tx, id);
    // Another message may have told the outcome meanwhile, or another request been sent.
    if (intent.status !== "processing" || intent.attemptCallId !== attemptCallId) return;
    const now = oneTime(clock).now();
    const rounds = (await roundsBefore(tx, intent)) + 1;
    if (rounds > ROUNDS_MAX) return endRounds(tx, intent, now);
    const endsAt = now + STEP_MS;
    queueShopperStep(tx, {
      paymentIntentId: id,
      attempt,
      kind: "challenge",
      rounds,
      endsAt,
      challengeSealed,
    });
    noteStep(tx, intent, now, endsAt);
    const change = { status: "requires_action" } as const;
    recordEvents(checkout, tx, now, ["payment_intent.requires_action", { ...intent, ...change }]);
    await changePaymentIntent(tx, id, change);
  });
}

async function roundsBefore(tx: Tx, { id, attempt }: PaymentIntentRow): Promise<number> {
  const step = await findShopperStep(tx, id);
  return step?.attempt === attempt ? step.rounds : 0;
}

/** The gateway asks for one challenge after another: what it says to a question from now on ends the charge. */
function endRounds(tx: Tx, { id, attempt }: PaymentIntentRow, now: number): void {
  const last = { kind: "answered", rounds: ROUNDS_MAX, endsAt: now, challengeSealed: null } as const;
  queueShopperStep(tx, { paymentIntentId: id, attempt, ...last });
}

/** The gateway is asked about the attempt once the step's time is over, and before. */
export function noteStep(
  tx: Tx,
  { id, merchantId, livemode, attempt }: Pick<PaymentIntentRow, "id" | "merchantId" | "livemode" | "attempt">,
  now: number,
  endsAt: number,
): void {
  const times = stepTimes(now, endsAt);
  const row = { reference: attemptReference(id, attempt), targetId: id, merchantId, livemode };
  notePending(tx, row, { ...times, nextAskAt: nextAskAt(times, now) });
}
