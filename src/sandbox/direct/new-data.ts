import { type Field, fieldText } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { currencyOfGateway } from "../../domain/money.js";

/**
 * Whether a request about a transaction would change what that one fixed. `free` are the fields that this
 * request may set. Naming a card at all counts as a change.
 */
export function bringsNewData(
  fields: readonly Field[],
  row: SandboxTransactionRow,
  free: readonly string[],
): boolean {
  if (bringsCard(fields) || fieldText(fields, "cardCVV") !== "") return true;
  const currencyCode = fieldText(fields, "currencyCode");
  if (currencyCode !== "" && currencyOfGateway(currencyCode)?.number !== row.currencyCode) return true;
  return FIXED_FIELDS.filter((name) => !free.includes(name)).some((name) => {
    const text = fieldText(fields, name);
    return text !== "" && text !== fieldText(row.result, name);
  });
}

/** Whether a request gives a card beside the one that its `xref` names. A security code alone is no card. */
export function bringsCard(fields: readonly Field[]): boolean {
  return CARD_FIELDS.some((name) => fieldText(fields, name) !== "");
}

const CARD_FIELDS = ["cardNumber", "cardToken", "cardExpiryDate", "cardExpiryMonth", "cardExpiryYear"];

const FIXED_FIELDS = ["amount", "type", "countryCode", "transactionUnique", "orderRef"];
