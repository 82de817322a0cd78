import type { CardKind } from "./after-sales-plan.js";
import type { Plan } from "./plan.js";

/** Two cards of the shopper's. */
export type CardName = "a" | "b";

/**
 * What a shopper types into the gateway's page: two of its published test cards, or the one of its samples for 3-D
 * Secure.
 */
export function fieldsOfCard({ afterSales }: Plan, name: CardName): Record<string, string> {
  const month = name === "a" ? MONTHS[afterSales.card] : undefined;
  if (month === undefined) return CARDS[name];
  return { cardNumber: "4012001037141112", cardExpiryMonth: month, cardExpiryYear: "30", cardCVV: "083" };
}

const CARDS: Record<CardName, Record<string, string>> = {
  a: { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "30", cardCVV: "356" },
  b: { cardNumber: "5301250070000191", cardExpiryMonth: "11", cardExpiryYear: "31", cardCVV: "419" },
};

/** When the sample card expires: that decides what its issuer makes of 3-D Secure (Cardstream guide ). */
const MONTHS: Record<CardKind, string | undefined> = {
  "takes no part": undefined,
  "asks for two rounds": "12",
  "vouches at once": "01",
  "has no say": "04",
  refuses: "02",
};
