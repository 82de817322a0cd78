import { attemptReference } from "../domain/attempt-reference.js";
import type { Currency } from "../domain/money.js";
import type { LineItem } from "../domain/session.js";
import type { Field } from "./fields.js";
import { gatewayPath } from "./gateway-call.js";
import { signed } from "./signature.js";

/** One merchant's account at the gateway, in one mode. */
export interface GatewayAccount {
  readonly merchantID: string;
  readonly secret: string;
  /** Two letters of ISO 3166, upper case. */
  readonly countryCode: string;
}

/** What the shopper is asked to pay, and where the result goes. */
export interface HostedOrder {
  readonly sessionId: string;
  readonly attempt: number;
  /** In minor units. */
  readonly amount: number;
  readonly currency: Currency;
  readonly items: readonly LineItem[];
  /** Where the browser posts the result to, and where the gateway does; absolute. */
  readonly redirectUrl: string;
  readonly callbackUrl: string;
  /** True where the card is to be stored for a customer. */
  readonly cardOnFile: boolean;
  /** True where the page shall ask for the shopper's name and email address. */
  readonly asksWho: boolean;
}

/**
 * The fields of the hosted payment page's form (Cardstream guide 2.1 and A-19), signed in full: a partial
 * signature would let the shopper add fields such as another `callbackURL`.
 */
export function hostedForm(account: GatewayAccount, order: HostedOrder): Field[] {
  const fields: Field[] = [
    ["merchantID", account.merchantID],
    ["action", "SALE"],
    ["type", "1"],
    ["amount", String(order.amount)],
    ["currencyCode", order.currency.number],
    ["countryCode", account.countryCode],
    ["transactionUnique", attemptReference(order.sessionId, order.attempt)],
    ["orderRef", order.sessionId],
    ["redirectURL", order.redirectUrl],
    ["callbackURL", order.callbackUrl],
    ["duplicateDelay", DUPLICATE_DELAY_S],
    ["formResponsive", "Y"],
    ["formAllowCancel", "Y"],
    ["formCancelRequired", "Y"], // The name of the line above since guide V4.21; unknown fields are ignored.
    ["allowedPaymentMethods", "card"],
    ...cardOnFileFields(order.cardOnFile),
    ...whoFields(order.asksWho),
    ...itemFields(order.items, order.amount),
  ];
  return signed(fields, account.secret);
}

/** The address of the hosted page below a gateway's base URL. */
export function hostedUrl(gatewayUrl: string): string {
  return gatewayPath(gatewayUrl, "/hosted/");
}

/** The longest window in which the gateway refuses the same card for the same attempt. */
const DUPLICATE_DELAY_S = "9999";

/** The gateway takes 255 fields and adds its own: three a line and 40 lines leave room. */
const ITEM_LINES_MAX = 40;

/** Without this mark the scheme rules do not allow the card to be charged later (guide A-17). */
function cardOnFileFields(cardOnFile: boolean): Field[] {
  return cardOnFile ? [["rtAgreementType", "cardonfile"]] : [];
}

/** Shown and not demanded (guide A-19): nobody is kept from paying for want of an email address. */
function whoFields(asksWho: boolean): Field[] {
  if (!asksWho) return [];
  return [
    ["customerNameMandatory", "N"],
    ["customerEmailMandatory", "N"],
  ];
}

function itemFields(items: readonly LineItem[], total: number): Field[] {
  const lines =
    items.length > ITEM_LINES_MAX
      ? [{ name: `${items.length} items`, unitAmount: total, quantity: 1 }]
      : items;
  return lines.flatMap((item, index): Field[] => [
    // Neither a page nor the gateway could show half of a pair.
    [`items[${index}][description]`, item.name.toWellFormed()],
    [`items[${index}][quantity]`, String(item.quantity)],
    [`items[${index}][amount]`, String(item.unitAmount)],
  ]);
}
