import type { SessionOfForm } from "../../db/tables/checkout-sessions.js";
import { type Currency, currencyByCode } from "../../domain/money.js";
import type { LineItem } from "../../domain/session.js";

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

/** Reads it from a session of the merchant with this name. */
export function pageOrder(session: SessionOfForm, shop: string): PageOrder {
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
