import type { DirectAnswer } from "../../cardstream/gateway-client.js";
import type { Classification } from "../../domain/classification.js";
import { isCall, retainedOf, type ReversalCall, type RequestedReversal } from "../../domain/reversal-step.js";
import { callbackUrl } from "../public-urls.js";
import type { CheckoutContext } from "../context.js";
import {
  type Reversal,
  querySaleProgress,
  type RequestOutcome,
  outcomeOf,
  type SaleProgress,
  stepOf,
} from "./reversal.js";

/** The outcome of a reversal. `refused`: the gateway has answered that it did not carry it out, and why. */
export type ReversalEnd = RequestOutcome | { readonly kind: "too early" | "not a sale" };

/**
 * Queries the sale, requests the step that its state calls for, once, and queries again if the response is
 * lost or says nothing. Calls the gateway between transactions, never inside one.
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
  await back.note(requested, sale);
  await checkout.checkpoint(`${back.work} to be sent`);
  if (performance.now() - begun > SEND_WITHIN_MS) return await sendNothing(back);
  const answer = await send(checkout, back, call);
  await checkout.checkpoint(`${back.work} sent`);
  const said = await hear(back, answer, requested);
  return said?.outcome === "refunded"
    ? { kind: "returned" }
    : await askAfter(checkout, back, { call, requested, answer, said });
}

/**
 * A recorded request is given up two minutes later, or queried by the next lease after one minute. So a
 * process that was suspended in between, or waited for the database, sends nothing any more.
 */
const SEND_WITHIN_MS = 30_000;

async function sendNothing(back: Reversal): Promise<ReversalEnd> {
  await back.note(null, undefined);
  return { kind: "unknown" };
}

async function send(checkout: CheckoutContext, back: Reversal, call: ReversalCall): Promise<DirectAnswer> {
  const { direct } = checkout;
  const { account, xref } = back.sale;
  if (call.kind === "cancel") return await direct.cancel(account, xref);
  if (call.kind === "capture") return await direct.capture(account, xref, call.amount);
  // Only a refund asks for a callback: the outcome of a return is queried by its caller.
  const to = back.work === "refund" ? callbackUrl(checkout, back.sale.account.livemode) : undefined;
  return await direct.refund(account, {
    xref,
    amount: call.amount,
    transactionUnique: back.id,
    callbackUrl: to,
  });
}

/**
 * Recorded before anything follows from it. Undefined if the gateway reported nothing that can be trusted.
 */
async function hear(
  back: Reversal,
  answer: DirectAnswer,
  requested: RequestedReversal,
): Promise<Classification | undefined> {
  if (answer.kind !== "answered") return undefined;
  const { result, body } = answer;
  return await back.hear({ result, body, via: "direct", kind: "answer" }, requested);
}

/** The request sent, and the response. */
interface SentReversal {
  readonly call: ReversalCall;
  readonly requested: RequestedReversal;
  readonly answer: DirectAnswer;
  readonly said: Classification | undefined;
}

/** The outcome of a request whose response was not "done". */
async function askAfter(
  checkout: CheckoutContext,
  back: Reversal,
  { call, requested, answer, said }: SentReversal,
): Promise<ReversalEnd> {
  const progress = await querySaleProgress(checkout, back, requested);
  const outcome = outcomeOf(progress, back.wanted, requested);
  if (outcome.kind === "returned" || answer.kind !== "answered" || said?.outcome !== "declined")
    return outcome;
  // The gateway refuses, but has done something all the same.
  if (progress.bySale?.outcome === "held") return outcome;
  await back.note(null, undefined);
  const next = stepOf(progress, back.wanted);
  // The sale was settled between QUERY and request: another request is needed, now or later.
  const overtaken = next.kind === "too early" || (isCall(next) && next.kind !== call.kind);
  return overtaken ? { kind: "too early" } : { kind: "refused", result: answer.result };
}
