import { GatewayAway } from "../../cardstream/gateway-breaker.js";
import type { DirectAccount, DirectAnswer } from "../../cardstream/gateway-client.js";
import type { StoredCardSale } from "../../cardstream/stored-card-sale.js";
import { findPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import { notePending } from "../../db/tables/pending-attempts.js";
import type { Run, Tx } from "../../db/transaction.js";
import { chargeTimes, nextAskAt, attemptReference } from "../../domain/attempt.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { currencyByCode } from "../../domain/money.js";
import { Refusal } from "../../domain/refusal.js";
import { stoppedAt } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { type PreviousCall, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { openGatewayAccount } from "../merchants/gateway-account.js";
import { challengeUrl, requiredCallbackUrl } from "../public-urls.js";
import { type AnsweredCharge, applyAnswer } from "./apply-answer.js";
import { chargeResponse, type PaymentAnswer } from "./charge-response.js";

/** One charge to make. */
interface Charge {
  /** The payment as it will be recorded: processing, with this attempt's number and the id of its call. */
  readonly intent: PaymentIntentRow;
  readonly xref: string;
  /** By the merchant's clock. */
  readonly now: number;
  /** Stores the payment in that state. May run more than once, see `inTransaction`. */
  readonly record: (tx: Tx, run: Run) => Promise<void>;
}

/**
 * Makes one charge: records it in one transaction, sends it to the gateway once between transactions, and
 * applies the response like any other message of the gateway. If a step fails, the payment stays processing;
 * a callback or a QUERY finds its outcome, and the charge is never sent again.
 */
export async function chargeCard(
  checkout: CheckoutContext,
  scope: MerchantScope,
  call: IdempotentCall | undefined,
  charge: Charge,
): Promise<PaymentAnswer> {
  requiredCallbackUrl(checkout, scope.livemode); // Refuses before anything is recorded.
  const account = await openChargeAccount(checkout, scope);
  await checkout.checkpoint("charge checked");
  const { done, answer } = await withGateway(checkout, scope, account, () =>
    recordAndSend(checkout, scope, call, charge, account),
  );
  if (answer !== undefined) await applyAnswer(checkout, charge.intent, answer);
  await checkout.checkpoint("charge answered");
  return await chargeResponse(checkout, scope, done);
}

/** The gateway account to charge with, and the gateway's address. */
type ChargeAccount = DirectAccount & { readonly countryCode: string };

/** Opens the merchant's gateway account in this mode, which it must have. */
export async function openChargeAccount(
  checkout: CheckoutContext,
  scope: MerchantScope,
): Promise<ChargeAccount> {
  const account = await openGatewayAccount(checkout, scope);
  if (account === undefined) throw new Error(`${scope.merchantId} has no gateway account in this mode.`);
  const { gatewayUrl, sandboxUrl } = checkout.addresses;
  return { ...account, gatewayUrl: scope.livemode ? gatewayUrl : sandboxUrl };
}

interface SentCharge {
  readonly done: PreviousCall;
  /** Undefined if another call has made this charge. */
  readonly answer: DirectAnswer | undefined;
}

/**
 * Refuses before anything is recorded if the gateway has not answered this account lately: then no outcome is
 * unknown. Failures of one merchant's account or sandbox do not stop the charges of others.
 */
export async function withGateway<Sent extends { readonly answer: DirectAnswer | undefined }>(
  { breaker }: CheckoutContext,
  { merchantId, livemode }: MerchantScope,
  { gatewayUrl, merchantID }: ChargeAccount,
  work: () => Promise<Sent>,
): Promise<Sent> {
  const account = `${merchantId} ${livemode} ${gatewayUrl} ${merchantID}`;
  try {
    return await breaker.run(account, work, ({ answer }) => answer?.kind === "no answer");
  } catch (error) {
    if (!(error instanceof GatewayAway)) throw error;
    const message = "The payment gateway does not answer for now. Nothing was charged: try again.";
    throw new Refusal("GATEWAY_AWAY", message);
  }
}

async function recordAndSend(
  checkout: CheckoutContext,
  scope: MerchantScope,
  call: IdempotentCall | undefined,
  charge: Charge,
  account: ChargeAccount,
): Promise<SentCharge> {
  const { intent } = charge;
  const reference = attemptReference(intent.id, intent.attempt);
  const parts = { db: checkout.db, merchantClock: stoppedAt(charge.now) };
  const done = await runIdempotent(parts, scope, call, reference, async (tx, run) => {
    await charge.record(tx, run);
    noteCharge(tx, charge, reference);
  });
  await checkout.checkpoint("charge recorded");
  if (!(await isRecorded(checkout, intent))) return { done: { ...done, replayed: true }, answer: undefined };
  const answer = await checkout.direct.sale(account, saleOf(checkout, intent, charge.xref, account));
  await checkout.checkpoint("charge sent");
  return { done, answer };
}

/** From now on the service asks for the outcome of the charge, if no message reports it. */
function noteCharge(tx: Tx, { intent, now }: Charge, reference: string): void {
  const { id: targetId, merchantId, livemode } = intent;
  const times = chargeTimes(now);
  const row = { reference, targetId, merchantId, livemode };
  notePending(tx, row, { ...times, nextAskAt: nextAskAt(times, now) });
}

/**
 * Only the call whose id is recorded may send: otherwise another call with its idempotency key, or for
 * this attempt, has made the charge.
 */
async function isRecorded(
  { db }: CheckoutContext,
  { id, attempt, attemptCallId }: PaymentIntentRow,
): Promise<boolean> {
  const stored = await findPaymentIntent(db.manager, id);
  return stored?.attempt === attempt && stored.attemptCallId === attemptCallId;
}

/** What a stored card is charged for. */
type Charged = AnsweredCharge &
  Pick<PaymentIntentRow, "statementDescriptor" | "receiptEmail" | "captureMethod"> &
  Pick<StoredCardSale, "browser">;

/** The charge of a stored card as it is sent to the gateway. */
export function saleOf(
  checkout: CheckoutContext,
  intent: Charged,
  xref: string,
  { countryCode }: Pick<ChargeAccount, "countryCode">,
): StoredCardSale {
  const currency = currencyByCode(intent.currency);
  if (currency === undefined) throw new Error(`Payment ${intent.id} has an unknown currency.`);
  return {
    xref,
    browser: intent.browser,
    amount: intent.amount,
    currency,
    countryCode,
    transactionUnique: attemptReference(intent.id, intent.attempt),
    orderRef: intent.id,
    callbackUrl: requiredCallbackUrl(checkout, intent.livemode),
    offSession: intent.offSession,
    threeDSRedirectUrl: challengeUrl(checkout, intent),
    statementDescriptor: intent.statementDescriptor,
    receiptEmail: intent.receiptEmail,
    captureMethod: intent.captureMethod,
  };
}
