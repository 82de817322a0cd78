import type { DirectAnswer } from "../../cardstream/direct-client.js";
import type { Judgement } from "../../domain/classification.js";
import { isCall, keptOf, type ReturnCall, type Told } from "../../domain/reversal-step.js";
import { callbackUrl } from "../callback-url.js";
import type { Checkout } from "../context.js";
import type { MoneyBack } from "./reversal.js";
import { askHowItStands, type Outcome, outcomeOf, type Standing, stepOf } from "./reversal-progress.js";

/** What came of it. `refused`: the gateway has answered that it did not do it, and why. */
export type MoneyBackEnd = Outcome | { readonly kind: "too early" | "not a sale" };

/**
 * Asks the gateway how the sale stands, tells it what that calls for, once, and asks again where its answer is lost or says
 * nothing. Talks to the gateway between transactions, never inside one.
 */
export async function giveMoneyBack(checkout: Checkout, back: MoneyBack): Promise<MoneyBackEnd> {
  const standing = await askHowItStands(checkout, back, back.told);
  if (standing.isNoSale) return { kind: "not a sale" };
  if (back.told !== null) {
    const outcome = outcomeOf(standing, back.wanted, back.told);
    if (outcome.kind !== "not returned" || !back.mayTellAgain) return outcome;
  }
  const step = stepOf(standing, back.wanted);
  return isCall(step) ? await tell(checkout, back, standing, step) : step;
}

async function tell(
  checkout: Checkout,
  back: MoneyBack,
  { sale }: Standing,
  call: ReturnCall,
): Promise<MoneyBackEnd> {
  const kept = (sale && keptOf(sale)) ?? null;
  const told = { request: call.kind, kept, refunded: sale?.amountRefunded ?? null };
  const begun = performance.now();
  await back.note(told);
  await checkout.reached(`${back.work} to be sent`);
  if (performance.now() - begun > SEND_WITHIN_MS) return await sendNothing(back);
  const answer = await send(checkout, back, call);
  await checkout.reached(`${back.work} sent`);
  const said = await hear(back, answer, told);
  return said?.outcome === "refunded"
    ? { kind: "returned" }
    : await askAfter(checkout, back, { call, told, answer, said });
}

/**
 * What is written down as told is given up two minutes later, or asked for by the next claim after one. So who stood still
 * in between, or waited for the database, sends nothing any more.
 */
const SEND_WITHIN_MS = 30_000;

async function sendNothing(back: MoneyBack): Promise<MoneyBackEnd> {
  await back.note(null);
  return { kind: "unknown" };
}

async function send(checkout: Checkout, back: MoneyBack, call: ReturnCall): Promise<DirectAnswer> {
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
async function hear(back: MoneyBack, answer: DirectAnswer, told: Told): Promise<Judgement | undefined> {
  if (answer.kind !== "answered") return undefined;
  const { result, body } = answer;
  return await back.hear({ result, body, via: "direct", kind: "answer" }, told);
}

/** What was sent, and what came back. */
interface Sent {
  readonly call: ReturnCall;
  readonly told: Told;
  readonly answer: DirectAnswer;
  readonly said: Judgement | undefined;
}

/** What has become of a request that was not answered by "done". */
async function askAfter(
  checkout: Checkout,
  back: MoneyBack,
  { call, told, answer, said }: Sent,
): Promise<MoneyBackEnd> {
  const standing = await askHowItStands(checkout, back, told);
  const outcome = outcomeOf(standing, back.wanted, told);
  if (outcome.kind === "returned" || answer.kind !== "answered" || said?.outcome !== "declined")
    return outcome;
  if (standing.bySale?.outcome === "held") return outcome; // It refuses, and has done something all the same.
  await back.note(null);
  const next = stepOf(standing, back.wanted);
  // Settlement came between question and request: another request is called for, now or later.
  const overtaken = next.kind === "too early" || (isCall(next) && next.kind !== call.kind);
  return overtaken ? { kind: "too early" } : { kind: "refused", result: answer.result };
}
