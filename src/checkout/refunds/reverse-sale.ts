import type { DirectAnswer } from "../../cardstream/direct-client.js";
import type { Classification } from "../../domain/classification.js";
import { isCall, retainedOf, type ReversalCall, type RequestedReversal } from "../../domain/reversal-step.js";
import { callbackUrl } from "../callback-url.js";
import type { CheckoutContext } from "../context.js";
import type { Reversal } from "./reversal.js";
import {
  querySaleProgress,
  type RequestOutcome,
  outcomeOf,
  type SaleProgress,
  stepOf,
} from "./reversal-progress.js";

/** What came of it. `refused`: the gateway has answered that it did not do it, and why. */
export type ReversalEnd = RequestOutcome | { readonly kind: "too early" | "not a sale" };

/**
 * Asks the gateway how the sale stands, tells it what that calls for, once, and asks again where its answer
 * is lost or says nothing. Talks to the gateway between transactions, never inside one.
 */
export async function reverseSale(checkout: CheckoutContext, back: Reversal): Promise<ReversalEnd> {
  const progress = await querySaleProgress(checkout, back, back.requested);
  if (progress.isNoSale) return { kind: "not a sale" };
  if (back.requested !== null) {
    const outcome = outcomeOf(progress, back.wanted, back.requested);
    if (outcome.kind !== "not returned" || !back.mayTellAgain) return outcome;
  }
  const step = stepOf(progress, back.wanted);
  return isCall(step) ? await tell(checkout, back, progress, step) : step;
}

async function tell(
  checkout: CheckoutContext,
  back: Reversal,
  { sale }: SaleProgress,
  call: ReversalCall,
): Promise<ReversalEnd> {
  const kept = (sale && retainedOf(sale)) ?? null;
  const requested = { request: call.kind, kept, refunded: sale?.amountRefunded ?? null };
  const begun = performance.now();
  await back.note(requested);
  await checkout.reached(`${back.work} to be sent`);
  if (performance.now() - begun > SEND_WITHIN_MS) return await sendNothing(back);
  const answer = await send(checkout, back, call);
  await checkout.reached(`${back.work} sent`);
  const said = await hear(back, answer, requested);
  return said?.outcome === "refunded"
    ? { kind: "returned" }
    : await askAfter(checkout, back, { call, requested, answer, said });
}

/**
 * What is written down as told is given up two minutes later, or asked for by the next claim after one. So
 * who stood still in between, or waited for the database, sends nothing any more.
 */
const SEND_WITHIN_MS = 30_000;

async function sendNothing(back: Reversal): Promise<ReversalEnd> {
  await back.note(null);
  return { kind: "unknown" };
}

async function send(checkout: CheckoutContext, back: Reversal, call: ReversalCall): Promise<DirectAnswer> {
  const { direct } = checkout;
  const { account, xref } = back.sale;
  if (call.kind === "cancel") return await direct.cancel(account, xref);
  if (call.kind === "capture") return await direct.capture(account, xref, call.amount);
  // A callback is taken for a refund only: what becomes of a return its caller asks for.
  const to = back.work === "refund" ? callbackUrl(checkout, back.sale.account.livemode) : undefined;
  return await direct.refund(account, {
    xref,
    amount: call.amount,
    transactionUnique: back.id,
    callbackUrl: to,
  });
}

/** On record before anything follows from it. Undefined where nothing was said that could be believed. */
async function hear(
  back: Reversal,
  answer: DirectAnswer,
  requested: RequestedReversal,
): Promise<Classification | undefined> {
  if (answer.kind !== "answered") return undefined;
  const { result, body } = answer;
  return await back.hear({ result, body, via: "direct", kind: "answer" }, requested);
}

/** What was sent, and what came back. */
interface SentReversal {
  readonly call: ReversalCall;
  readonly requested: RequestedReversal;
  readonly answer: DirectAnswer;
  readonly said: Classification | undefined;
}

/** What has become of a request that was not answered by "done". */
async function askAfter(
  checkout: CheckoutContext,
  back: Reversal,
  { call, requested, answer, said }: SentReversal,
): Promise<ReversalEnd> {
  const progress = await querySaleProgress(checkout, back, requested);
  const outcome = outcomeOf(progress, back.wanted, requested);
  if (outcome.kind === "returned" || answer.kind !== "answered" || said?.outcome !== "declined")
    return outcome;
  if (progress.bySale?.outcome === "held") return outcome; // It refuses, and has done something all the same.
  await back.note(null);
  const next = stepOf(progress, back.wanted);
  // Settlement came between question and request: another request is called for, now or later.
  const overtaken = next.kind === "too early" || (isCall(next) && next.kind !== call.kind);
  return overtaken ? { kind: "too early" } : { kind: "refused", result: answer.result };
}
