import { fieldText } from "../../cardstream/fields.js";
import { hostedUrl } from "../../cardstream/hosted-form.js";
import { noteFormGiven, queueCardChoice, type SessionOfForm } from "../../db/tables/checkout-sessions.js";
import { dropPending, type PendingOfPage } from "../../db/tables/pending-attempts.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { attemptReference } from "../../domain/attempt.js";
import {
  attemptOfForm,
  chargeOf,
  openChallengeOf,
  type SavedCardCharge,
} from "../../domain/saved-cards/card-choice.js";
import { cancelUrlOf, redirectUrl, mayGiveForm, statusAt } from "../../domain/session.js";
import { isEqualInConstantTime } from "../../lib/constant-time.js";
import { isId } from "../../lib/ids.js";
import { openChallenge } from "../charges/sealed-challenge.js";
import type { CheckoutContext } from "../context.js";
import { callbackUrl, challengeUrl } from "../public-urls.js";
import { askNow, toAskNow } from "../reconcile/reconcile-pending.js";
import { notePendingAttempt } from "../results/note-pending-attempt.js";
import { choiceOf } from "./offered-cards.js";
import type { FormToSend, OpenChallenge, PageWithoutForm, PayForm, PayPage } from "./pay-page.js";
import { isInDoubt, lockPayPageState, type PayPageState, readPayPageState } from "./pay-page-state.js";
import { formOf } from "./session-form.js";

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
  return state === undefined ? { kind: "unknown" } : payPageOf(checkout, state, address);
}

/** A form that a browser has posted, and the address that it came from. */
export interface FormFromShopper {
  readonly signature: string;
  /** What the form says of the shopper's address, of which they may have another by now. Undefined: nothing. */
  readonly signedAddress: string | undefined;
  readonly address: string | undefined;
  /** Whether the shopper agrees that the card which they enter may be offered to them again. Default: no. */
  readonly savesCard?: boolean;
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
  { signature, signedAddress, address, savesCard = false }: FormFromShopper,
  toAskAbout: typeof toAskNow,
): Promise<PayPage | FormToSend | AskFirst> {
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const state = await lockPayPageState(checkout, tx, sessionId);
    if (state === undefined) return { kind: "unknown" };
    const { session, clock, pending } = state;
    const attempts = session.status === "complete" ? [] : toAskAbout(pending, clock.now());
    if (attempts.length > 0) return { kind: "ask first", attempts };
    const page = payPageOf(checkout, state, signedAddress);
    const mayGive = page.kind === "form" || (page.kind === "challenge" && !page.onlyThisCard);
    if (!mayGive) return page;
    const isOurs = isEqualInConstantTime(fieldText(page.fields, "signature"), signature);
    if (!isOurs) return payPageOf(checkout, state, address);
    const isAgain = session.formsGiven > 0 && attemptOfForm(session) === session.attempt;
    await noteForm(tx, session, page.choice?.asksToSave === true && savesCard, clock.now());
    return { kind: "given", hostedUrl: page.hostedUrl, isAgain };
  });
}

/** What the shopper chose before, another form or the challenge of a saved card, is left behind. */
async function noteForm(tx: Tx, session: SessionOfForm, savesCard: boolean, now: number): Promise<void> {
  const { id, cardChoice } = session;
  const attempt = attemptOfForm(session);
  noteFormGiven(tx, id, now);
  notePendingAttempt(tx, { ...session, attempt }, now);
  if (!savesCard && cardChoice === null) return;
  const choice = savesCard ? ({ kind: "save", attempt } as const) : null;
  const isNext = attempt !== session.attempt;
  queueCardChoice(tx, id, { cardChoice: choice, ...(isNext && { attempt, formsGiven: 1 }) });
  await endCharge(tx, session);
}

/**
 * Ends asking about the saved card that a session's newest attempt charges, where the shopper chooses another card in
 * the place of a challenge: only this service could carry it on, so it takes no money any more.
 */
export async function endCharge(tx: Tx, session: SessionOfForm): Promise<void> {
  if (chargeOf(session) === undefined) return;
  await dropPending(tx, attemptReference(session.id, session.attempt));
}

/** The page by what was read. */
export function payPageOf(
  checkout: CheckoutContext,
  state: PayPageState,
  address: string | undefined,
): PayPage {
  const { session, order } = state;
  if (session.status === "complete") {
    return { kind: "complete", successUrl: redirectUrl(session.successUrl, session.id), order };
  }
  const kind = whyNoForm(checkout, state);
  const charge = challengeToMeet(checkout, state);
  // A shopper who began in time may finish, as one at the gateway's page.
  if (kind !== undefined && (kind !== "expired" || charge === undefined))
    return { kind, ...pageParts(state) };
  const form = formParts(checkout, state, address);
  return charge === undefined
    ? { kind: "form", ...form }
    : {
        kind: "challenge",
        onlyThisCard: kind === "expired",
        ...challengeOf(checkout, session, charge),
        ...form,
      };
}

function challengeToMeet(
  checkout: CheckoutContext,
  { session, clock }: PayPageState,
): SavedCardCharge | undefined {
  const now = clock.now();
  const isPossible =
    statusAt(session, now) === "open" && callbackUrl(checkout, session.livemode) !== undefined;
  return isPossible ? openChallengeOf(session, now) : undefined;
}

function challengeOf(
  checkout: CheckoutContext,
  session: SessionOfForm,
  charge: SavedCardCharge,
): OpenChallenge {
  return {
    challenge: openChallenge(checkout, session, Buffer.from(charge.challengeSealed ?? "", "base64")),
    round: charge.rounds,
    challengeUrl: challengeUrl(checkout, session),
  };
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

function formParts(checkout: CheckoutContext, state: PayPageState, address: string | undefined): PayForm {
  const { session, account, cards } = state;
  const { gatewayUrl, sandboxUrl } = checkout.addresses;
  if (account === undefined) throw new Error(`Session ${session.id} has no gateway account.`);
  return {
    hostedUrl: hostedUrl(session.livemode ? gatewayUrl : sandboxUrl),
    fields: formOf(checkout, session, account, address),
    choice: choiceOf(session, cards),
    ...pageParts(state),
  };
}
