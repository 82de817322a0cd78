import type { DirectAnswer } from "../../cardstream/gateway-client.js";
import { isDatabaseAway } from "../../db/engine/database-errors.js";
import { holdsLease } from "../../db/tables/reversals.js";
import { noteRequested } from "../../db/tables/pending-captures.js";
import { lockPaymentIntent } from "../../db/tables/payment-intents.js";
import { inTransaction } from "../../db/transaction.js";
import {
  type CaptureOutcome,
  outcomeByAnswer,
  outcomeBySale,
  type RequestedCapture,
} from "../../domain/captures/capture-outcome.js";
import type { CheckoutContext } from "../context.js";
import { openSale } from "../refunds/query-sale.js";
import { release } from "../refunds/reversal.js";
import { clockOf } from "../test-clock.js";
import type { Processed } from "../work-patiently.js";
import { type LeasedCapture, leaseCapture } from "./lease-capture.js";
import { recordCapture } from "./record-capture.js";

/**
 * Works on what is requested of the gateway about an authorized payment, if anything is: sends the request, unless it
 * may have been sent before; then the gateway is only asked what became of it. The sale is leased meanwhile, so that
 * nothing else is requested of it. Calls the gateway between transactions, never inside one.
 */
export async function processCapture(checkout: CheckoutContext, paymentIntentId: string): Promise<Processed> {
  const leased = await leaseCapture(checkout, paymentIntentId);
  if (typeof leased === "string") return leased;
  try {
    await checkout.checkpoint("capture leased");
    const outcome = await workOn(checkout, leased);
    await checkout.checkpoint("capture answered");
    return await recordCapture(checkout, leased, outcome);
  } catch (error) {
    await release(checkout, leased.result, leased.lease);
    if (error instanceof LeaseLost) return "busy";
    throw error;
  }
}

/** Any error of one request postpones it: it must not delay others. */
async function workOn(checkout: CheckoutContext, leased: LeasedCapture): Promise<CaptureOutcome> {
  try {
    const sale = await openSale(checkout, leased.result);
    if (sale === undefined) return { kind: "unknown", why: "the gateway gave no reference of the sale" };
    const requested = requestedOf(leased, sale);
    return leased.pending.requestedAt === null
      ? await send(checkout, leased, sale, requested)
      : await ask(checkout, sale, requested);
  } catch (error) {
    if (error instanceof LeaseLost || isDatabaseAway(error)) throw error;
    checkout.log.error({ err: error, payment: leased.intent.id }, "a capture could not be processed");
    return { kind: "unknown", why: "an error" };
  }
}

type Sale = NonNullable<Awaited<ReturnType<typeof openSale>>>;

function requestedOf({ intent, pending }: LeasedCapture, sale: Sale): RequestedCapture {
  const { amount: authorized, currency } = intent;
  return { request: pending.request, amount: pending.amount, authorized, currency, sale };
}

/** Sends the request once, and asks for the sale where the answer does not say that exactly that was done. */
async function send(
  checkout: CheckoutContext,
  leased: LeasedCapture,
  sale: Sale,
  requested: RequestedCapture,
): Promise<CaptureOutcome> {
  const begun = performance.now();
  await note(checkout, leased, true);
  await checkout.checkpoint("capture to be sent");
  if (performance.now() - begun > SEND_WITHIN_MS) {
    await note(checkout, leased, false);
    return { kind: "unknown", why: "too late to send it" };
  }
  const answer = await sendOnce(checkout, sale, requested);
  await checkout.checkpoint("capture sent");
  const answered: CaptureOutcome =
    answer.kind === "answered"
      ? outcomeByAnswer(answer.result, requested)
      : { kind: "unknown", why: whyOf(answer) };
  if (answered.kind === "taken" || answered.kind === "released") return answered;
  const now = await ask(checkout, sale, requested);
  return now.kind === "standing" && answered.kind === "refused" ? answered : now;
}

/**
 * A request on record is asked about by the next lease after one minute, and given up after two. So a process that was
 * suspended in between, or waited for the database, sends nothing any more.
 */
const SEND_WITHIN_MS = 30_000;

/** Records that the request is about to be sent, or surely is not. Throws if another call holds the lease by now. */
async function note(
  checkout: CheckoutContext,
  { intent, pending, result, lease }: LeasedCapture,
  isSent: boolean,
): Promise<void> {
  const requestedAt = isSent ? await (await clockOf(checkout, intent)).read() : null;
  const mine = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    await lockPaymentIntent(tx, intent.id);
    return (await holdsLease(tx, result, lease)) && (await noteRequested(tx, pending, requestedAt));
  });
  if (!mine) throw new LeaseLost();
}

/** The lease has expired, and another call may hold one now. */
class LeaseLost extends Error {}

async function sendOnce(
  { direct }: CheckoutContext,
  { account, xref }: Sale,
  { request, amount }: RequestedCapture,
): Promise<DirectAnswer> {
  if (request === "cancel") return await direct.cancel(account, xref);
  if (amount === null) throw new Error("A capture has no amount.");
  return await direct.capture(account, xref, amount);
}

/** Changes nothing at the gateway, so it may be repeated. */
async function ask(
  checkout: CheckoutContext,
  sale: Sale,
  requested: RequestedCapture,
): Promise<CaptureOutcome> {
  const answer = await checkout.direct.query(sale.account, sale.xref);
  if (answer.kind !== "answered") return { kind: "unknown", why: whyOf(answer) };
  return outcomeBySale(answer.result, requested);
}

function whyOf(answer: { readonly kind: string; readonly why?: string }): string {
  return answer.why ?? answer.kind;
}
