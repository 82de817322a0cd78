import type { Field } from "../../cardstream/fields.js";
import { hostedForm, hostedUrl } from "../../cardstream/hosted-form.js";
import { findPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import { wasApproved } from "../../domain/payment-intent.js";
import { openChallenge } from "../charges/sealed-challenge.js";
import type { CheckoutContext } from "../context.js";
import { openFormAccount } from "../merchants/gateway-account.js";
import { callbackUrl, challengeUrl, requiredCallbackUrl, returnUrl } from "../public-urls.js";
import { askNow, toAskNow } from "../reconcile/reconcile-pending.js";
import type { OpenChallenge, PageWithoutForm, PayForm } from "../sessions/pay-page.js";
import type { PageOrder } from "../sessions/pay-page-state.js";
import { addressToSend } from "../sessions/session-form.js";
import { attemptOfForm, type PaymentPageState, readPaymentPageState, stepOf } from "./payment-page-state.js";

/** What the shopper sees who opens the page of a payment intent. */
export type PaymentPage =
  | { readonly kind: "unknown" }
  /** Where the browser goes to authenticate; or, with another card, by the form. */
  | ({ readonly kind: "challenge" } & OpenChallenge & PayForm)
  | ({ readonly kind: "form" } & PayForm)
  /**
   * `next` is where the shopper goes on; null for nowhere. Where it is not `taken`, it is only authorized: the merchant
   * takes the money later, or releases it.
   */
  | {
      readonly kind: "paid";
      readonly order: PageOrder;
      readonly next: string | null;
      readonly taken: boolean;
    }
  | PageWithoutForm;

/** Reads the page. Changes nothing, and does not ask the gateway: programs open links, too. */
export async function viewPaymentPage(
  checkout: CheckoutContext,
  intentId: string,
  address: string | undefined,
): Promise<PaymentPage> {
  const state = await readState(checkout, intentId);
  return state === undefined ? { kind: "unknown" } : paymentPageOf(checkout, state, address);
}

/** Reads the page after the gateway was asked how the payment stands, unless it was just asked. */
export async function askForPaymentPage(checkout: CheckoutContext, intentId: string): Promise<PaymentPage> {
  const state = await readState(checkout, intentId);
  if (state === undefined) return { kind: "unknown" };
  const mayBePaid = stepOf(state) === "wait" || state.step?.kind === "form";
  if (mayBePaid && !state.waitsForPerson) {
    await askNow(checkout, toAskNow(state.pending, state.clock.now()));
  }
  return await viewPaymentPage(checkout, intentId, undefined);
}

async function readState(checkout: CheckoutContext, intentId: string): Promise<PaymentPageState | undefined> {
  const { manager } = checkout.db;
  const intent = await findPaymentIntent(manager, intentId);
  return intent && (await readPaymentPageState(checkout, manager, intent));
}

/** The page by what was read, with the form of the next attempt where one may be given out. */
export function paymentPageOf(
  checkout: CheckoutContext,
  state: PaymentPageState,
  address: string | undefined,
): PaymentPage {
  const { intent, order } = state;
  if (intent.sessionId !== null) return { kind: "unknown" }; // The session has a page.
  const closed = (kind: PageWithoutForm["kind"]): PaymentPage => {
    return { kind, order, cancelUrl: nextUrl(intent, "failed"), declineCode: null };
  };
  if (intent.status === "canceled") return closed("expired");
  // One that is only authorized, too: nothing is left for the shopper to do.
  if (wasApproved(intent)) {
    return { kind: "paid", order, next: nextUrl(intent, "succeeded"), taken: intent.status === "succeeded" };
  }
  if (state.waitsForPerson) return closed("held");
  const step = stepOf(state);
  if (step === "nothing") return { kind: "unknown" };
  if (step === "wait") return closed("in doubt");
  if (callbackUrl(checkout, intent.livemode) === undefined) return closed("live payments off");
  const form = formOf(checkout, state, address);
  if (step === "form" || state.step === undefined) return { kind: "form", ...form };
  const challenge = openChallenge(checkout, intent, state.step.challengeSealed);
  const open = { challenge, round: state.step.rounds, challengeUrl: challengeUrl(checkout, intent) };
  return { kind: "challenge", ...open, ...form };
}

/** Where the shopper goes on: the merchant's address, with what Stripe adds to it. */
function nextUrl({ id, returnUrl: url }: PaymentIntentRow, status: "succeeded" | "failed"): string | null {
  if (url === null) return null;
  const next = new URL(url);
  next.searchParams.set("payment_intent", id);
  next.searchParams.set("redirect_status", status);
  return next.href;
}

function formOf(checkout: CheckoutContext, state: PaymentPageState, address: string | undefined): PayForm {
  const { gatewayUrl, sandboxUrl } = checkout.addresses;
  const { intent, order } = state;
  return {
    hostedUrl: hostedUrl(intent.livemode ? gatewayUrl : sandboxUrl),
    fields: fieldsOf(checkout, state, address),
    order,
    cancelUrl: nextUrl(intent, "failed"),
    declineCode: state.declineCode,
  };
}

function fieldsOf(
  checkout: CheckoutContext,
  state: PaymentPageState,
  address: string | undefined,
): readonly Field[] {
  const { intent, account, order } = state;
  if (account === undefined) throw new Error(`Payment ${intent.id} has no gateway account.`);
  return hostedForm(openFormAccount(checkout, account), {
    sessionId: intent.id,
    attempt: attemptOfForm(state),
    amount: intent.amount,
    currency: order.currency,
    items: [],
    redirectUrl: returnUrl(checkout, intent.id),
    callbackUrl: requiredCallbackUrl(checkout, intent.livemode),
    cardOnFile: false,
    asksWho: false,
    remoteAddress: addressToSend(intent, address),
    statementDescriptor: intent.statementDescriptor,
    receiptEmail: intent.receiptEmail,
    captureMethod: intent.captureMethod,
  });
}
