import { type Field, fieldText } from "../../cardstream/fields.js";
import { type CardEntry, cardHashOf, type CardInput, readCardEntry } from "../payments/card-entry.js";
import { keptFields } from "../payments/echoed-fields.js";
import { expectedOutcome } from "../payments/expected-outcome.js";
import { readHostedRequest } from "../payments/hosted-request.js";
import { withMinorUnits } from "../payments/order-checks.js";
import { DUPLICATE } from "../payments/outcomes.js";
import { overrideFields } from "../payments/override-fields.js";
import { maskOf, resultFields, type SandboxTransaction } from "../payments/result-fields.js";
import { beginTransaction, transactionRow } from "../payments/transaction-row.js";
import type { SandboxContext } from "../protocol/context.js";
import { type Fault, invalidField, missingField } from "../protocol/faults.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import type { DirectAnswer, DirectRequest } from "./direct-request.js";
import { recordSale } from "./record-sale.js";
import { orderFault } from "./sale.js";

/**
 * `SALE`, `PREAUTH`, `VERIFY` and `REFUND` with the card that the merchant's server gives: a published test card, since
 * the sandbox reads no other. There is no 3-D Secure.
 */
export async function useGivenCard(parts: SandboxContext, request: DirectRequest): Promise<DirectAnswer> {
  const fields = withMinorUnits(request.fields);
  const read = readGivenCard(fields, request.time);
  if ("fault" in read) return read;
  const fault = orderFault(fields) ?? continuousFault(fields);
  if (fault !== undefined) return { fault };
  const asked = readHostedRequest(fields);
  const { faults, account } = request;
  const { entry } = read;
  const cardDeclines = entry.card.declines;
  const outcome = expectedOutcome({ ...asked, cardDeclines, isAuthenticated: false, faults });
  const begun = beginTransaction({ outcome, entry, faults }, asked, request.time);
  const transaction = { ...begun, requestID: request.requestID };
  const duplicate = { ...transaction, outcome: DUPLICATE, authorisationCode: "" };
  const rowOf = (one: SandboxTransaction): SandboxTransactionRow => cardRow(request, fields, entry, one);
  const rows = { fresh: rowOf(transaction), refused: rowOf(duplicate) };
  return await recordSale(parts, rows, cardHashOf(entry, account.secret), asked.duplicateDelayMs);
}

function cardRow(
  { merchantID, account, faults }: DirectRequest,
  fields: readonly Field[],
  entry: CardEntry,
  transaction: SandboxTransaction,
): SandboxTransactionRow {
  const cardHash = cardHashOf(entry, account.secret);
  const origin = { pageId: null, gatewayMerchantId: merchantID, cardHash, faults };
  const result = overrideFields(resultFields(transaction, keptFields(fields)), NOT_AUTHENTICATED);
  return transactionRow(transaction, { ...origin, cardMask: maskOf(entry.card.number) }, result);
}

const NOT_AUTHENTICATED = {
  threeDSEnabled: "N",
  threeDSEnrolled: "",
  threeDSAuthenticated: "",
  threeDSECI: "",
  threeDSCheck: "",
  threeDSVersion: "",
  initiator: "consumer",
} as const;

/** An agreement goes on from the transaction that began it, which this request does not name. */
function continuousFault(fields: readonly Field[]): Fault | undefined {
  return fieldText(fields, "type") === CONTINUOUS ? invalidField("initiator") : undefined;
}

const CONTINUOUS = "9";

/** A server may leave the security code out. The first fault of the inputs counts; it says nothing of what was sent. */
function readGivenCard(
  fields: readonly Field[],
  now: number,
): { readonly entry: CardEntry } | { readonly fault: Fault } {
  const given = withExpiryParts(fields);
  const read = readCardEntry(given, now, "optional");
  if ("entry" in read) return read;
  const name = INPUTS.find((input) => read.errors[input] !== undefined) ?? "cardNumber";
  return { fault: fieldText(given, name) === "" ? missingField(name) : invalidField(name) };
}

const INPUTS: readonly CardInput[] = ["cardNumber", "cardExpiryMonth", "cardExpiryYear", "cardCVV"];

/** The expiry date may come in one field, `MMYY`. */
function withExpiryParts(fields: readonly Field[]): readonly Field[] {
  const [, month, year] = /^(\d\d)\/?(\d\d)$/.exec(fieldText(fields, "cardExpiryDate")) ?? [];
  if (month === undefined || year === undefined) return fields;
  const others = fields.filter(([name]) => name !== "cardExpiryMonth" && name !== "cardExpiryYear");
  return [...others, ["cardExpiryMonth", month], ["cardExpiryYear", year]];
}
