import type { Field } from "../../cardstream/fields.js";
import { fieldText } from "../../cardstream/fields.js";
import { hostedForm, hostedUrl } from "../../cardstream/hosted-form.js";
import { noteFormGiven, type SessionOfForm } from "../../db/tables/checkout-sessions.js";
import type { FormAccountRow } from "../../db/tables/gateway-accounts.js";
import type { PendingOfPage } from "../../db/tables/pending-attempts.js";
import { inTransaction } from "../../db/transaction.js";
import { currencyByCode } from "../../domain/money.js";
import { cancelUrlOf, redirectUrl, keepsCard, mayGiveForm } from "../../domain/session.js";
import { isEqualInConstantTime } from "../../lib/constant-time.js";
import { isPublicHost } from "../../lib/hosts/public-host.js";
import { isId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { openFormAccount } from "../merchants/gateway-account.js";
import { callbackUrl, requiredCallbackUrl, returnUrl } from "../public-urls.js";
import { askNow, toAskNow } from "../reconcile/reconcile-pending.js";
import { notePendingAttempt } from "../results/note-pending-attempt.js";
import {
  isInDoubt,
  type PageOrder,
  lockPayPageState,
  type PayPageState,
  readPayPageState,
} from "./pay-page-state.js";

/** What the shopper sees who opens a session's page. */
export type PayPage =
  | { readonly kind: "unknown" }
  /** The signed form that leads to the gateway's hosted page at `hostedUrl`. */
  | ({ readonly kind: "form" } & PayForm)
  | { readonly kind: "complete"; readonly successUrl: string; readonly order: PageOrder }
  | PageWithoutForm;

/**
 * A page without a form, which leads back to the merchant. `expired`: none is given out any more. `held`: a person has
 * to decide about a result; `in doubt`: it is not known yet. In both, paying again could charge twice. `live payments
 * off`: the gateway could not report a live session's payment to this service.
 */
export interface PageWithoutForm {
  readonly kind: "expired" | "held" | "in doubt" | "live payments off";
  readonly order: PageOrder;
  readonly cancelUrl: string | null;
  /** Why the newest card that was declined was, in Stripe's words. Null: none was. */
  readonly declineCode: string | null;
}

/** A form that may be given out. */
export interface PayForm extends Omit<PageWithoutForm, "kind"> {
  readonly hostedUrl: string;
  readonly fields: readonly Field[];
}

/** A form that is given out: the browser may post it to `hostedUrl`. */
export interface FormToSend {
  readonly kind: "given";
  readonly hostedUrl: string;
  /** Whether the form of this attempt was given out before. */
  readonly isAgain: boolean;
}

/**
 * Reads the page of a session, with the form of its current attempt where one may be given out. Changes nothing, and
 * does not ask the gateway: programs open links, too. `address` is the shopper's, if it is known.
 */
export async function viewPayPage(
  checkout: CheckoutContext,
  sessionId: string,
  address: string | undefined,
): Promise<PayPage> {
  if (!isId("cs", sessionId)) return { kind: "unknown" };
  const state = await readPayPageState(checkout, sessionId);
  return state === undefined ? { kind: "unknown" } : pageOf(checkout, state, address);
}

/** A form that a browser has posted, and the address that it came from. */
export interface FormFromShopper {
  readonly signature: string;
  /** What the form says of the shopper's address, of which they may have another by now. Undefined: nothing. */
  readonly signedAddress: string | undefined;
  readonly address: string | undefined;
}

/**
 * Gives out the posted form, which the shopper sends on; or returns the page as it is now, where that form
 * does not hold any more. If one was given out before, the gateway is asked first what became of it.
 */
export async function giveForm(
  checkout: CheckoutContext,
  sessionId: string,
  posted: FormFromShopper,
): Promise<PayPage | FormToSend> {
  if (!isId("cs", sessionId)) return { kind: "unknown" };
  const given = await tryToGive(checkout, sessionId, posted, toAskNow);
  if (given.kind !== "ask first") return given;
  await askNow(checkout, given.attempts);
  const now = await tryToGive(checkout, sessionId, posted, () => []);
  if (now.kind === "ask first") throw new Error("The gateway was just asked.");
  return now;
}

/** The signed fields of the form of a session's current attempt. Gives nothing out: see `giveForm`. */
export function formOf(
  checkout: CheckoutContext,
  session: SessionOfForm,
  account: FormAccountRow,
  address?: string,
): Field[] {
  const currency = currencyByCode(session.currency);
  if (currency === undefined) throw new Error(`Session ${session.id} has an unknown currency.`);
  return hostedForm(openFormAccount(checkout, account), {
    sessionId: session.id,
    attempt: session.attempt,
    verifyOnly: session.mode === "setup",
    amount: session.amountTotal,
    currency,
    items: session.lineItems,
    redirectUrl: returnUrl(checkout, session.id),
    callbackUrl: requiredCallbackUrl(checkout, session.livemode),
    cardOnFile: keepsCard(session),
    asksWho: session.customerCreation !== null,
    email: session.options?.customerEmail ?? null,
    remoteAddress: addressToSend(session, address),
    statementDescriptor: session.options?.statementDescriptor ?? null,
    receiptEmail: session.options?.receiptEmail ?? null,
    captureMethod: session.options?.captureMethod ?? null,
  });
}

/** One of a private network tells the gateway nothing of the shopper. The sandbox shows what is sent. */
export function addressToSend(
  { livemode }: { readonly livemode: boolean },
  address: string | undefined,
): string | undefined {
  return livemode && !isPublicHost(address ?? "") ? undefined : address;
}

/** What the gateway has to be asked about before the form is given out. */
interface AskFirst {
  readonly kind: "ask first";
  readonly attempts: readonly PendingOfPage[];
}

/**
 * Records that the form is given out, before it is: from then on money may move. The session is locked, as by a
 * transaction that records a result, so its latest state counts.
 */
async function tryToGive(
  checkout: CheckoutContext,
  sessionId: string,
  { signature, signedAddress, address }: FormFromShopper,
  toAskAbout: typeof toAskNow,
): Promise<PayPage | FormToSend | AskFirst> {
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const state = await lockPayPageState(checkout, tx, sessionId);
    if (state === undefined) return { kind: "unknown" };
    const { session, clock, pending } = state;
    const attempts = session.status === "complete" ? [] : toAskAbout(pending, clock.now());
    if (attempts.length > 0) return { kind: "ask first", attempts };
    const page = pageOf(checkout, state, signedAddress);
    if (page.kind !== "form") return page;
    const isOurs = isEqualInConstantTime(fieldText(page.fields, "signature"), signature);
    if (!isOurs) return pageOf(checkout, state, address);
    noteFormGiven(tx, sessionId, clock.now());
    notePendingAttempt(tx, session, clock.now());
    return { kind: "given", hostedUrl: page.hostedUrl, isAgain: session.formsGiven > 0 };
  });
}

function pageOf(checkout: CheckoutContext, state: PayPageState, address: string | undefined): PayPage {
  const { session, order } = state;
  if (session.status === "complete") {
    return { kind: "complete", successUrl: redirectUrl(session.successUrl, session.id), order };
  }
  const kind = whyNoForm(checkout, state);
  return kind === undefined ? formPage(checkout, state, address) : { kind, ...pageParts(state) };
}

/** What every page of an open or expired session tells. */
export function pageParts({ session, order }: PayPageState): Omit<PageWithoutForm, "kind"> {
  return { order, cancelUrl: cancelUrlOf(session), declineCode: session.lastDecline?.declineCode ?? null };
}

function whyNoForm(checkout: CheckoutContext, state: PayPageState): PageWithoutForm["kind"] | undefined {
  const { session, clock, waitsForPerson } = state;
  if (waitsForPerson) return "held";
  if (isInDoubt(state)) return "in doubt";
  if (!mayGiveForm(session, clock.now())) return "expired";
  return callbackUrl(checkout, session.livemode) === undefined ? "live payments off" : undefined;
}

function formPage(checkout: CheckoutContext, state: PayPageState, address: string | undefined): PayPage {
  const { session, account } = state;
  const { gatewayUrl, sandboxUrl } = checkout.addresses;
  if (account === undefined) throw new Error(`Session ${session.id} has no gateway account.`);
  return {
    kind: "form",
    hostedUrl: hostedUrl(session.livemode ? gatewayUrl : sandboxUrl),
    fields: formOf(checkout, session, account, address),
    ...pageParts(state),
  };
}
