import type { EntityManager } from "typeorm";

import { type Select, selectTogether } from "../../db/query/select.js";
import { lockedSessionOfForm, type SessionOfForm, sessionOfForm } from "../../db/tables/checkout-sessions.js";
import { type FormAccountRow, formAccountOfSession } from "../../db/tables/gateway-accounts.js";
import { unresolvedHeldResult } from "../../db/tables/gateway-results.js";
import { merchantOfSession } from "../../db/tables/merchants.js";
import { pendingAttemptsOf, type PendingOfPage } from "../../db/tables/pending-attempts.js";
import type { PaymentMethodRow } from "../../db/tables/payment-methods.js";
import type { Tx } from "../../db/transaction.js";
import { isNewestInDoubt } from "../../domain/attempt.js";
import { type Currency, currencyByCode } from "../../domain/money.js";
import type { LineItem } from "../../domain/session.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { readOfferedCards } from "./offered-cards.js";
import { clockAhead } from "../test-clock.js";

/** All that decides what the page of a session shows. */
export interface PayPageState {
  readonly session: SessionOfForm;
  /** The time of the clock that the session's life follows. */
  readonly clock: Clock;
  /** What the page tells of the session. */
  readonly order: PageOrder;
  /** True while a held result of the session waits for a person. */
  readonly waitsForPerson: boolean;
  /** The session's pending attempts, the oldest form first. */
  readonly pending: readonly PendingOfPage[];
  /** The account that the form is signed with. Undefined where the merchant has none in this mode. */
  readonly account: FormAccountRow | undefined;
  /** The saved cards that the page offers, the newest first. */
  readonly cards: readonly PaymentMethodRow[];
}

/** What every page of a session tells the shopper of it. */
export interface PageOrder {
  /** The merchant's name. */
  readonly shop: string;
  readonly livemode: boolean;
  /** Whether the card is only stored, and nothing is paid. */
  readonly storesOnly: boolean;
  /** In minor units; 0 where the card is only stored. */
  readonly amount: number;
  readonly currency: Currency;
  readonly items: readonly LineItem[];
  /** What the shopper can tell the shop: the merchant's own reference, else the session's id. */
  readonly reference: string;
  /** The language that the merchant asked for; null for none. */
  readonly locale: string | null;
}

/** Reads it in one round trip. Undefined where there is no such session. */
export async function readPayPageState(
  checkout: CheckoutContext,
  sessionId: string,
): Promise<PayPageState | undefined> {
  return await stateWith(checkout, checkout.db.manager, sessionId, sessionOfForm(sessionId));
}

/**
 * Reads it in one round trip, and locks the session until the transaction ends. Recording a result locks the session
 * as well, so what is read behind the lock includes what the last one has stored.
 */
export async function lockPayPageState(
  checkout: CheckoutContext,
  tx: Tx,
  sessionId: string,
): Promise<PayPageState | undefined> {
  return await stateWith(checkout, tx, sessionId, lockedSessionOfForm(tx, sessionId));
}

async function stateWith(
  checkout: CheckoutContext,
  db: EntityManager,
  sessionId: string,
  selectSession: Select<SessionOfForm | undefined>,
): Promise<PayPageState | undefined> {
  const [session, merchant, waitsForPerson, pending, account] = await selectTogether(
    db,
    selectSession,
    merchantOfSession(sessionId),
    unresolvedHeldResult(sessionId),
    pendingAttemptsOf(sessionId),
    formAccountOfSession(sessionId),
  );
  if (session === undefined) return undefined;
  const clock = oneTime(clockAhead(checkout, session, merchant?.testClockAhead ?? 0));
  const order = pageOrder(session, merchant?.name ?? "");
  const cards = await readOfferedCards(db, session, clock.now());
  return { session, clock, order, waitsForPerson, pending, account, cards };
}

/** Whether the newest attempt may have taken money: the gateway has said nothing final, and is asked. */
export function isInDoubt({ session, pending }: PayPageState): boolean {
  return session.pendingPayment === "processing" || isNewestInDoubt(session, pending);
}

function pageOrder(session: SessionOfForm, shop: string): PageOrder {
  const currency = currencyByCode(session.currency);
  if (currency === undefined) throw new Error(`Session ${session.id} has an unknown currency.`);
  return {
    shop,
    livemode: session.livemode,
    storesOnly: session.mode === "setup",
    amount: session.amountTotal,
    currency,
    items: session.lineItems,
    reference: session.clientReferenceId ?? session.id,
    locale: session.options?.locale ?? null,
  };
}
