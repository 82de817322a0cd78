import { readBillingDetails } from "../../cardstream/billing-details.js";
import { readChargeDetails } from "../../cardstream/charge-details.js";
import { type Field, parseFields } from "../../cardstream/fields.js";
import { readResult } from "../../cardstream/result.js";
import type { GatewayResultRow } from "../../db/tables/gateway-results.js";
import type { BillingDetails, ChargeDetails, GatewayResult } from "../../domain/gateway-result.js";
import type { CheckoutContext } from "../context.js";

/**
 * A stored result, read from its sealed message: it was verified when it arrived, and the seal protects it
 * since.
 */
export function storedResult(checkout: CheckoutContext, row: GatewayResultRow): GatewayResult {
  return readResult(storedFields(checkout, row));
}

/** The charge and billing details of a stored result. */
export function storedDetails(
  checkout: CheckoutContext,
  row: GatewayResultRow,
): { charge: ChargeDetails; billing: BillingDetails | null } {
  const fields = storedFields(checkout, row);
  return { charge: readChargeDetails(fields), billing: readBillingDetails(fields) };
}

/** The gateway's reference of a stored result's transaction. Undefined if it gave none. */
export function storedXref(checkout: CheckoutContext, row: GatewayResultRow): string | undefined {
  const { merchantId, livemode, xrefSealed } = row;
  if (xrefSealed === null) return undefined;
  return checkout.sealer.open(xrefSealed, { merchantId, livemode, purpose: "xref" });
}

function storedFields(checkout: CheckoutContext, row: GatewayResultRow): Field[] {
  const { merchantId, livemode, messageSealed } = row;
  const text = checkout.sealer.open(messageSealed, { merchantId, livemode, purpose: "gateway-message" });
  return parseFields(Buffer.from(text));
}
