import type { DirectAccount, DirectAnswer } from "../cardstream/direct-client.js";
import { changeHeldPayment, type HeldPaymentRow } from "../db/held-payments.js";
import { inTransaction } from "../db/transaction.js";
import type { GatewayResult } from "../domain/gateway-result.js";
import { Refusal } from "../domain/refusal.js";
import {
  isDefiniteRefusal,
  nextReturnStep,
  type ReturnRequest,
  type ReturnStep,
} from "../domain/return-step.js";
import type { Checkout } from "./checkout.js";
import { openGatewayAccount } from "./gateway-account.js";
import { lockHeldSubject } from "./held-subject.js";
import { refuseIfPays } from "./record-resolution.js";
import { storedXref } from "./stored-message.js";

/** A held payment that one call has claimed. */
export interface Claimed {
  readonly held: HeldPaymentRow;
  /** Names the claim. */
  readonly claim: string;
}

/** A held payment's transaction at the gateway. */
interface Sale {
  readonly held: HeldPaymentRow;
  readonly account: DirectAccount;
  readonly xref: string;
}

/**
 * Returns once the gateway has said that the money is back. Throws a Refusal where it is not: `RETURN_UNKNOWN` where nobody
 * can tell.
 *
 * The gateway is asked first how the sale stands, and asked again where its answer to a request is lost or says nothing.
 */
export async function giveMoneyBack(checkout: Checkout, claimed: Claimed): Promise<void> {
  const sale = await openSale(checkout, claimed.held);
  const step = await askNextStep(checkout, sale, claimed.held.returnRequest);
  if (step.kind === "returned") return;
  if (step.kind !== "cancel" && step.kind !== "refund") throw refusalOf(step.kind);
  await noteRequest(checkout, claimed, step.kind);
  await checkout.reached("return to be sent");
  const answer = await send(checkout, sale, step);
  if (isDone(answer, sale, step.kind)) return;
  if ((await askNextStep(checkout, sale, step.kind)).kind === "returned") return;
  if (answer.kind !== "answered" || !isDefiniteRefusal(answer.result)) throw refusalOf("unknown");
  await noteRequest(checkout, claimed, null);
  const { responseCode, responseMessage } = answer.result;
  throw new Refusal(
    "RETURN_REFUSED",
    `The gateway refuses: ${responseMessage} (${responseCode}).`,
    "resolution",
  );
}

async function openSale(checkout: Checkout, held: HeldPaymentRow): Promise<Sale> {
  const account = await openGatewayAccount(checkout, held);
  const xref = storedXref(checkout, held);
  if (account === undefined || xref === undefined) throw new Error(`${held.id} cannot be asked for.`);
  const { gatewayUrl, sandboxUrl } = checkout.addresses;
  return { held, xref, account: { ...account, gatewayUrl: held.livemode ? gatewayUrl : sandboxUrl } };
}

async function askNextStep(checkout: Checkout, sale: Sale, sent: ReturnRequest | null): Promise<ReturnStep> {
  const answer = await checkout.direct.query(sale.account, sale.xref);
  if (answer.kind === "answered" && isAbout(answer.result, sale)) return nextReturnStep(answer.result, sent);
  const why = answer.kind === "no answer" ? answer.why : answer.kind;
  checkout.log.warn({ held: sale.held.id, why }, "the gateway did not say how a sale stands");
  return { kind: "unknown" };
}

/**
 * Written down before it is done: whoever comes after a crash has to know. Throws where the claim has run out meanwhile and
 * another call has it, or a result that came then has completed the session.
 */
async function noteRequest(
  checkout: Checkout,
  { held, claim }: Claimed,
  returnRequest: ReturnRequest | null,
): Promise<void> {
  const mine = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    await lockHeldSubject(tx, held);
    await refuseIfPays(tx, held);
    return await changeHeldPayment(tx, held.id, { returnRequest }, claim);
  });
  if (!mine) throw new Refusal("HELD_PAYMENT_BUSY", "Another call has taken this return over.", "id");
}

async function send(
  checkout: Checkout,
  { account, xref, held }: Sale,
  step: ReturnStep & { readonly kind: ReturnRequest },
): Promise<DirectAnswer> {
  if (step.kind === "cancel") return await checkout.direct.cancel(account, xref);
  return await checkout.direct.refund(account, { xref, amount: step.amount, transactionUnique: held.id });
}

/** A cancel answers about the sale itself, a refund as a transaction of its own. */
function isDone(answer: DirectAnswer, sale: Sale, request: ReturnRequest): boolean {
  if (answer.kind !== "answered") return false;
  const { result } = answer;
  if (result.responseCode !== 0 || result.responseStatus !== 0) return false;
  if (request === "cancel") return result.state === "canceled" && isAbout(result, sale);
  return result.action === "REFUND_SALE" && result.transactionUnique === sale.held.id;
}

function isAbout(result: GatewayResult, { held, xref }: Sale): boolean {
  return result.transactionKey === held.transactionKey || result.xref === xref;
}

function refusalOf(kind: keyof typeof REFUSALS): Refusal {
  const [reason, message] = REFUSALS[kind];
  return new Refusal(reason, message, "resolution");
}

const REFUSALS = {
  "too early": [
    "RETURN_TOO_EARLY",
    "The payment is being settled: it cannot be cancelled any more, nor refunded yet. Try again in a day.",
  ],
  "nothing received": ["RETURN_REFUSED", "The gateway has no money of this payment to return."],
  unknown: [
    "RETURN_UNKNOWN",
    "The gateway did not say whether the money is back. Make the call again: it asks before it sends.",
  ],
} as const;
