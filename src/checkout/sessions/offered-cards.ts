import type { EntityManager } from "typeorm";

import { selectTogether } from "../../db/query/select.js";
import type { SessionOfForm } from "../../db/tables/checkout-sessions.js";
import { customerWithId } from "../../db/tables/customers.js";
import { cardsToOffer, type PaymentMethodRow } from "../../db/tables/payment-methods.js";
import { attemptOfCharge, attemptOfForm } from "../../domain/saved-cards/card-choice.js";
import { isOffered, mayOfferAt, newestOfCards } from "../../domain/saved-cards/offered-card.js";

/** A saved card as its shopper sees it. A part that is not known is null. */
export interface OfferedCard {
  readonly id: string;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expMonth: number | null;
  readonly expYear: number | null;
}

/** What a session's page lets the shopper choose besides the form. */
export interface PageChoice {
  /** That of the form which the page shows: once a card is charged it is another, and an old page charges nothing. */
  readonly attempt: number;
  readonly cards: readonly OfferedCard[];
  /** Whether the page asks if a card that is entered may be offered again. */
  readonly asksToSave: boolean;
}

/**
 * Reads the cards that the page of a session offers, the newest first: those of its customer whose shopper has agreed,
 * where its merchant asks for that. Most sessions have none, and cost no question.
 */
export async function readOfferedCards(
  db: EntityManager,
  session: SessionOfForm,
  now: number,
): Promise<PaymentMethodRow[]> {
  const { customerId, options, status, mode } = session;
  const isWanted =
    (options?.savedCards?.filters ?? []).length > 0 && mode !== "setup" && status !== "complete";
  if (!isWanted || customerId === null || !mayOfferAt(attemptOfCharge(session))) return [];
  const [customer, cards] = await selectTogether(
    db,
    customerWithId(session, customerId),
    cardsToOffer(session, customerId),
  );
  if (customer === undefined || customer.deletedAt !== null) return [];
  return newestOfCards(cards.filter((card) => isOffered(card, now))).slice(0, CARDS_MAX);
}

/** More than a shopper looks through. */
const CARDS_MAX = 10;

/** What the page of a session lets its shopper choose. Undefined: there is only the form. */
export function choiceOf(session: SessionOfForm, cards: readonly PaymentMethodRow[]): PageChoice | undefined {
  const asksToSave = session.options?.savedCards?.save === "enabled";
  if (cards.length === 0 && !asksToSave) return undefined;
  return {
    attempt: attemptOfForm(session),
    asksToSave,
    cards: cards.map(({ id, brand, last4, expMonth, expYear }) => ({ id, brand, last4, expMonth, expYear })),
  };
}
