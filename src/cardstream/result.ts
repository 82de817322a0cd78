import { createHash } from "node:crypto";

import { isGatewayError } from "../domain/gateway-codes.js";
import type { GatewayResult } from "../domain/gateway-result.js";
import { readBillingDetails } from "./billing-details.js";
import { readCard, readCardLook } from "./card.js";
import { type Field, fieldText, readableField } from "./fields.js";
import { isSigned, signingText } from "./signature.js";

/**
 * The result in a message, if one of the account's secrets signed all of it. Undefined if it is not signed
 * so, or is no result (guide: a message without `responseCode` is none).
 */
export function verifyResult(
  fields: readonly Field[],
  secrets: readonly string[],
): GatewayResult | undefined {
  if (fieldText(fields, "responseCode") === "") return undefined;
  return isSigned(fields, secrets) ? readResult(fields) : undefined;
}

/** The result in a stored message, which `verifyResult` accepted before it was sealed. */
export function readResult(fields: readonly Field[]): GatewayResult {
  const text = (name: string): string => fieldText(fields, name);
  return {
    merchantID: text("merchantID"),
    action: text("action"),
    transactionUnique: text("transactionUnique"),
    orderRef: text("orderRef"),
    transactionID: text("transactionID"),
    xref: text("xref"),
    state: text("state"),
    responseCode: integer(text("responseCode")),
    responseStatus: integer(text("responseStatus")),
    responseMessage: readableField(fields, "responseMessage"),
    amount: integer(text("amount")),
    amountReceived: integer(text("amountReceived")),
    amountRetained: integer(text("amountRetained")),
    amountRefunded: integer(text("amountRefunded")),
    currencyCode: text("currencyCode"),
    currencyExponent: text("currencyExponent"),
    card: readCard(fields),
    cardLook: readCardLook(fields),
    billing: readBillingDetails(fields),
    transactionKey: transactionKey(fields),
  };
}

/**
 * Minor units and codes are plain digits. `10.99` would be major units, which were not requested: undefined.
 */
function integer(text: string): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined;
  return Number(text);
}

/**
 * A transaction id of the gateway's usual form is used as it is; any other, or none, is replaced by a hash.
 *
 * A request that the gateway refuses to begin has no transaction. A shopper with a form can have it refused
 * any number of times, each with a new time and request id: equal refusals of one reference count as one.
 */
function transactionKey(fields: readonly Field[]): string {
  const transactionID = fieldText(fields, "transactionID");
  if (/^[0-9A-Za-z_-]{1,40}$/.test(transactionID)) return `transaction:${transactionID}`;
  if (isRefusedRequest(fields))
    return `refused:${hashOf(REFUSAL.map((name) => fieldText(fields, name)).join("\n"))}`;
  return `fields:${hashOf(signingText(fields))}`;
}

const REFUSAL = ["merchantID", "action", "transactionUnique", "responseCode"];

/**
 * Decided by its code (guide A-1) and by the absence of a transaction. A transaction in progress, or
 * cancelled by its shopper, is no refusal.
 */
function isRefusedRequest(fields: readonly Field[]): boolean {
  const code = integer(fieldText(fields, "responseCode")) ?? 0;
  const names = fieldText(fields, "transactionID") + fieldText(fields, "xref");
  return names === "" && isGatewayError(code);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
