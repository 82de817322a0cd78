import { type Field, fieldText } from "../../cardstream/fields.js";
import { currencyOfGateway, TOTAL_MAX } from "../../domain/money.js";
import { type Fault, invalidField, missingField } from "../protocol/faults.js";

/** What one field of a payment must contain. */
export interface OrderCheck {
  readonly field: string;
  /** The response code if the field is missing. */
  readonly code: number;
  readonly required: boolean;
  readonly holds: (text: string) => boolean;
}

/** The first fault of a payment's fields, in the order of the checks; undefined if there is none. */
export function firstFault(fields: readonly Field[], checks: readonly OrderCheck[]): Fault | undefined {
  for (const { field, code, required, holds } of checks) {
    const text = fieldText(fields, field);
    if (text === "" && required) return missingField(field, code);
    if (text !== "" && !holds(text)) return invalidField(field, code);
  }
  return undefined;
}

/** True for an absolute address that a result can be posted to. */
export function isPostable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  return ["http:", "https:"].includes(new URL(text).protocol);
}

/** Minor units only. The gateway reads `10.99` as major units, which a sender most likely did not intend. */
export function isAmount(text: string): boolean {
  return /^[1-9]\d{0,14}$/.test(text) && Number(text) <= TOTAL_MAX;
}

/** The checks of every payment, apart from its action and amount. */
export const ORDER_CHECKS: readonly OrderCheck[] = [
  {
    field: "currencyCode",
    code: 66057,
    required: true,
    holds: (text) => currencyOfGateway(text) !== undefined,
  },
  { field: "countryCode", code: 66070, required: true, holds: (text) => /^(\d{3}|[A-Z]{2,3})$/.test(text) },
  { field: "transactionUnique", code: 66071, required: false, holds: (text) => text.length <= 255 },
  {
    field: "captureDelay",
    code: 66102,
    required: false,
    holds: (text) => /^(-1|never|\d|[12]\d|30)$/.test(text),
  },
  { field: "duplicateDelay", code: 66078, required: false, holds: (text) => /^\d{1,4}$/.test(text) },
];

/** Where a copy of the result is sent. */
export const CALLBACK_CHECK: OrderCheck = {
  field: "callbackURL",
  code: 66075,
  required: false,
  holds: isPostable,
};

/** How the payment was ordered: 1 over the internet, 2 by mail or telephone, 9 by continuous authority. */
export const TYPE_CHECK: OrderCheck = {
  field: "type",
  code: 66086,
  required: false,
  holds: (text) => /^[129]$/.test(text),
};

/** The amount of a sale. */
export const AMOUNT_CHECK: OrderCheck = { field: "amount", code: 66056, required: true, holds: isAmount };
