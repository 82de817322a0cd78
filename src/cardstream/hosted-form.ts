import { urlBelow } from "../lib/base-url.js";
import { ACTION } from "../domain/gateway-codes.js";
import { attemptReference } from "../domain/attempt.js";
import type { Currency } from "../domain/money.js";
import type { LineItem } from "../domain/session.js";
import { type Field, textField } from "./fields.js";
import { captureField, type SaleOptions } from "./sale-fields.js";
import { signed } from "./signed-message.js";

/** A merchant's account at the gateway, in one mode. */
export interface GatewayAccount {
  readonly merchantID: string;
  readonly secret: string;
  /** Two letters of ISO 3166, upper case. */
  readonly countryCode: string;
}

/** The order that the shopper pays, and where its result is sent. */
export interface HostedOrder extends SaleOptions {
  readonly sessionId: string;
  readonly attempt: number;
  /** Whether the card is only verified, and nothing is taken. Default: no. */
  readonly verifyOnly?: boolean;
  /** In minor units; 0 where the card is only verified. */
  readonly amount: number;
  readonly currency: Currency;
  readonly items: readonly LineItem[];
  /** The absolute addresses for the result: of the shopper's browser, and of the gateway's callback. */
  readonly redirectUrl: string;
  readonly callbackUrl: string;
  /** True if the card is to be stored for a customer. */
  readonly cardOnFile: boolean;
  /** True if the page asks for the shopper's name and email address. */
  readonly asksWho: boolean;
  /** The shopper's email address, with which the page begins. Undefined or null: unknown. */
  readonly email?: string | null;
  /** The shopper's IP address. Undefined: unknown. */
  readonly remoteAddress?: string | undefined;
}

/**
 * The fields of the hosted payment page's form (Cardstream guide 2.1 and A-19), signed in full: a partial
 * signature would let the shopper add fields such as another `callbackURL`.
 */
export function hostedForm(account: GatewayAccount, order: HostedOrder): Field[] {
  const fields: Field[] = [
    ["merchantID", account.merchantID],
    ["action", order.verifyOnly === true ? ACTION.VERIFY : ACTION.SALE],
    ["type", "1"],
    ["amount", String(order.amount)],
    ["currencyCode", order.currency.number],
    ["countryCode", account.countryCode],
    ["transactionUnique", attemptReference(order.sessionId, order.attempt)],
    ["orderRef", order.sessionId],
    ["redirectURL", order.redirectUrl],
    ["callbackURL", order.callbackUrl],
    ["duplicateDelay", DUPLICATE_DELAY_S],
    captureField(order.captureMethod),
    ["formResponsive", "Y"],
    ["formAllowCancel", "Y"],
    // The name of this field since guide V4.21; the gateway ignores unknown fields.
    ["formCancelRequired", "Y"],
    ["allowedPaymentMethods", "card"],
    ...cardOnFileFields(order.cardOnFile),
    ...whoFields(order.asksWho),
    // The gateway knows one address of the shopper's, and sends its receipt there.
    ...textField("customerEmail", order.receiptEmail ?? order.email),
    ...textField("remoteAddress", order.remoteAddress),
    ...textField("statementNarrative1", order.statementDescriptor),
    ...textField("customerReceiptsRequired", order.receiptEmail ? "Y" : null),
    ...itemFields(order.items),
  ];
  return signed(fields, account.secret);
}

/** The address of the hosted page below a gateway's base URL. */
export function hostedUrl(gatewayUrl: string): string {
  return urlBelow(gatewayUrl, "/hosted/");
}

/** The longest window in which the gateway refuses an equal card for one attempt. */
const DUPLICATE_DELAY_S = "9999";

/** The gateway accepts 255 fields and adds its own: 40 lines of three fields leave room. */
const ITEM_LINES_MAX = 40;

/** Without this flag the scheme rules do not allow the card to be charged later (guide A-17). */
function cardOnFileFields(cardOnFile: boolean): Field[] {
  return cardOnFile ? [["rtAgreementType", "cardonfile"]] : [];
}

/** Shown, but not required (guide A-19): a missing email address must not keep a shopper from paying. */
function whoFields(asksWho: boolean): Field[] {
  if (!asksWho) return [];
  return [
    ["customerNameMandatory", "N"],
    ["customerEmailMandatory", "N"],
  ];
}

function itemFields(items: readonly LineItem[]): Field[] {
  const lines = items.length > ITEM_LINES_MAX ? sharedLines(items) : items;
  return lines.flatMap((item, index): Field[] => [
    // Neither a page nor the gateway can show half of a surrogate pair.
    [`items[${index}][description]`, item.name.toWellFormed()],
    [`items[${index}][quantity]`, String(item.quantity)],
    [`items[${index}][amount]`, String(item.unitAmount)],
  ]);
}

/** Several items a line, so that the shopper sees all of them; a line's amount is the sum of its items'. */
function sharedLines(items: readonly LineItem[]): LineItem[] {
  const size = Math.ceil(items.length / ITEM_LINES_MAX);
  const each = Math.floor(LINE_LENGTH_MAX / size) - "; ".length;
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, line) => {
    const shared = items.slice(line * size, (line + 1) * size);
    return {
      name: shared.map((item) => shortened(`${item.quantity} × ${item.name}`, each)).join("; "),
      quantity: 1,
      unitAmount: shared.reduce((sum, { unitAmount, quantity }) => sum + unitAmount * quantity, 0),
    };
  });
}

/** The longest name of one item: what is known to be accepted as a description. */
const LINE_LENGTH_MAX = 250;

function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const whole = text.slice(0, length - 1).replace(HALF_A_PAIR, ""); // It would be shown as a question mark.
  return `${whole}…`;
}

const HALF_A_PAIR = /[\uD800-\uDBFF]$/;
