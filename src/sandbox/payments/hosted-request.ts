import { ACTION } from "../../domain/gateway-codes.js";
import { type Field, fieldText, rootName } from "../../cardstream/fields.js";
import { type Currency, currencyOfGateway } from "../../domain/money.js";
import type { LineItem } from "../../domain/session.js";
import { type Fault, MALFORMED_REQUEST } from "../protocol/faults.js";
import {
  AMOUNT_CHECK,
  CALLBACK_CHECK,
  firstFault,
  isPostable,
  NO_AMOUNT_CHECK,
  ORDER_CHECKS,
  type OrderCheck,
  TYPE_CHECK,
} from "./order-checks.js";

/** A requested payment, or verification of a card. */
export interface HostedRequest {
  readonly merchantID: string;
  readonly action: string;
  /** In minor units. */
  readonly amount: number;
  readonly currency: Currency;
  readonly type: string;
  readonly transactionUnique: string;
  readonly redirectURL: string;
  /** "" if none was given. */
  readonly callbackURL: string;
  readonly duplicateDelayMs: number;
  /** True if the payment is approved now and captured later. */
  readonly captureIsDelayed: boolean;
  readonly items: readonly LineItem[];
  /** True if the merchant stores the card for later payments. */
  readonly cardOnFile: boolean;
  /** True if the page asks for the shopper's contact details (guide A-19). */
  readonly asksWho: boolean;
  /** "" if none was given. */
  readonly customerName: string;
}

/** The first fault of a signed message; undefined if `readHostedRequest` may be called. */
export function requestFault(fields: readonly Field[]): Fault | undefined {
  if (fields.length > FIELDS_MAX || !fields.every(survivesBrowser)) return MALFORMED_REQUEST;
  return firstFault(fields, fieldText(fields, "action") === ACTION.VERIFY ? VERIFY_CHECKS : CHECKS);
}

/** Reads a message that has no fault. */
export function readHostedRequest(fields: readonly Field[]): HostedRequest {
  const text = (name: string): string => fieldText(fields, name);
  const currency = currencyOfGateway(text("currencyCode"));
  if (currency === undefined) throw new Error("A hosted request was read before it was checked.");
  return {
    merchantID: text("merchantID"),
    action: text("action"),
    amount: Number(text("amount")),
    currency,
    type: text("type"),
    transactionUnique: text("transactionUnique"),
    redirectURL: text("redirectURL"),
    callbackURL: text("callbackURL"),
    duplicateDelayMs: duplicateDelayMs(fields),
    captureIsDelayed: !["", "0"].includes(text("captureDelay")),
    items: readItems(fields),
    cardOnFile: text("rtAgreementType") === "cardonfile",
    asksWho: text("customerNameMandatory") !== "" || text("customerEmailMandatory") !== "",
    customerName: text("customerName"),
  };
}

/** For how long equal requests are refused, in milliseconds. */
export function duplicateDelayMs(fields: readonly Field[]): number {
  return (Number(fieldText(fields, "duplicateDelay")) || DUPLICATE_DELAY_DEFAULT_S) * 1000;
}

/** The gateway takes no more (guide 1.7.1). */
const FIELDS_MAX = 255;

/** Zero means the default as well (guide A-8). */
const DUPLICATE_DELAY_DEFAULT_S = 300;

/** All that a shopper may do on a page (guide 1.9). */
const HOSTED_ACTIONS: ReadonlySet<string> = new Set([ACTION.SALE, ACTION.VERIFY, ACTION.PREAUTH]);

/** In the order in which faults are reported. */
const CHECKS = checksOf(AMOUNT_CHECK);
const VERIFY_CHECKS = checksOf(NO_AMOUNT_CHECK);

function checksOf(amount: OrderCheck): readonly OrderCheck[] {
  return [
    { field: "redirectURL", required: true, holds: isPostable },
    CALLBACK_CHECK,
    { field: "action", required: true, holds: (text) => HOSTED_ACTIONS.has(text) },
    TYPE_CHECK,
    amount,
    ...ORDER_CHECKS,
  ];
}

/**
 * True if a browser posts the field back unchanged: HTML has no NUL character, a form drops a nameless field,
 * and PHP would rename any other name (guide 1.7.1).
 */
function survivesBrowser([name, value]: Field): boolean {
  return /^[A-Za-z_]\w*(\[\w*\])*$/.test(name) && !value.includes("\0");
}

/** Reads `items[0][description]` and so on. They are for display only: a missing or odd part is left out. */
function readItems(fields: readonly Field[]): LineItem[] {
  const numbers = fields
    .filter(([name]) => rootName(name) === "items")
    .map(([name]) => /^items\[(\d+)\]\[description\]$/.exec(name)?.[1]);
  return numbers
    .filter((number) => number !== undefined)
    .map((number) => ({
      name: fieldText(fields, `items[${number}][description]`),
      quantity: wholeNumber(fieldText(fields, `items[${number}][quantity]`), 6),
      unitAmount: wholeNumber(fieldText(fields, `items[${number}][amount]`), 11),
    }));
}

/** Limited, so that amount times quantity is still written in plain digits. */
function wholeNumber(text: string, digitsMax: number): number {
  return /^\d+$/.test(text) && text.length <= digitsMax ? Number(text) : 0;
}
