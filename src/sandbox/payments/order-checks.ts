import { type Field, fieldText } from "../../cardstream/fields.js";
import { currencyOfGateway, TOTAL_MAX } from "../../domain/money.js";
import { type CheckedField, type Fault, invalidField, missingField } from "../protocol/faults.js";
import { parseUrl } from "../../lib/hosts/parse-url.js";

/** What one field of a payment must contain. */
export interface OrderCheck {
  readonly field: CheckedField;
  readonly required: boolean;
  readonly holds: (text: string) => boolean;
}

/** The first fault of a payment's fields, in the order of the checks; undefined if there is none. */
export function firstFault(fields: readonly Field[], checks: readonly OrderCheck[]): Fault | undefined {
  for (const { field, required, holds } of checks) {
    const text = fieldText(fields, field);
    if (text === "" && required) return missingField(field);
    if (text !== "" && !holds(text)) return invalidField(field);
  }
  return undefined;
}

/** True for an absolute address that a result can be posted to. */
export function isPostable(text: string): boolean {
  return ["http:", "https:"].includes(parseUrl(text)?.protocol ?? "");
}

/** True for a whole number of minor units: see `withMinorUnits`. */
export function isAmount(text: string): boolean {
  return /^[1-9]\d{0,14}$/.test(text) && Number(text) <= TOTAL_MAX;
}

/**
 * A request whose `amount` is in minor units: with a decimal point it is in major units (guide 1.7.8), so that `10` is
 * a hundredth of `10.0`. More decimals than the currency has stay as they are, which no check lets pass. `currencyCode`
 * is that of the request unless given.
 */
export function withMinorUnits(
  fields: readonly Field[],
  currencyCode = fieldText(fields, "currencyCode"),
): Field[] {
  const exponent = currencyOfGateway(currencyCode)?.exponent ?? 0;
  return fields.map(([name, value]) => [name, name === "amount" ? minorUnits(value, exponent) : value]);
}

function minorUnits(text: string, exponent: number): string {
  const [, whole, decimals] = /^(\d{1,13})\.(\d{0,9}?)0{0,9}$/.exec(text) ?? [];
  if (whole === undefined || decimals === undefined || decimals.length > exponent) return text;
  return (whole + decimals.padEnd(exponent, "0")).replace(/^0+(?=\d)/, "");
}

/** The checks of every payment, apart from its action and amount. */
export const ORDER_CHECKS: readonly OrderCheck[] = [
  {
    field: "currencyCode",
    required: true,
    holds: (text) => currencyOfGateway(text) !== undefined,
  },
  { field: "countryCode", required: true, holds: (text) => /^(\d{3}|[A-Z]{2,3})$/.test(text) },
  { field: "transactionUnique", required: false, holds: (text) => text.length <= 255 },
  {
    field: "captureDelay",
    required: false,
    holds: (text) => /^(-1|never|\d|[12]\d|30)$/.test(text),
  },
  { field: "duplicateDelay", required: false, holds: (text) => /^\d{1,4}$/.test(text) },
];

/** Where a copy of the result is sent. */
export const CALLBACK_CHECK: OrderCheck = {
  field: "callbackURL",
  required: false,
  holds: isPostable,
};

/** How the payment was ordered: 1 over the internet, 2 by mail or telephone, 9 by continuous authority. */
export const TYPE_CHECK: OrderCheck = {
  field: "type",
  required: false,
  holds: (text) => /^[129]$/.test(text),
};

/** The amount of a sale. */
export const AMOUNT_CHECK: OrderCheck = { field: "amount", required: true, holds: isAmount };

/** The amount of a verification: nothing is taken. */
export const NO_AMOUNT_CHECK: OrderCheck = { ...AMOUNT_CHECK, holds: (text) => text === "0" };
