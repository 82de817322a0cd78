import { findGatewayResults, type GatewayResultRow } from "../../db/tables/gateway-results.js";
import type { PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { BillingDetails, ChargeDetails } from "../../domain/gateway-result.js";
import type { PaymentIntent } from "../../domain/payment-intent.js";
import type { CheckoutContext } from "../context.js";
import { storedDetails } from "../gateway-messages/stored-message.js";

/** A payment with the gateway's details of its latest charge. Null if there are none. */
export interface PaymentView {
  readonly intent: PaymentIntent;
  readonly latestCharge: ChargeDetails | null;
  readonly billingDetails: BillingDetails | null;
}

/**
 * Payments as their merchant sees them. The gateway's details are read from its sealed messages on each call:
 * they are not stored a second time in plain text.
 */
export async function viewPayments(
  checkout: CheckoutContext,
  rows: readonly PaymentIntentRow[],
): Promise<PaymentView[]> {
  const ids = rows.map(({ gatewayResultId }) => gatewayResultId).filter((id) => id !== null);
  const results = await findGatewayResults(checkout.db.manager, ids);
  const byId = new Map(results.map((result) => [result.id, result]));
  return rows.map((intent) => viewOf(checkout, intent, byId.get(intent.gatewayResultId ?? "")));
}

/** One payment as its merchant sees it. */
export async function viewPayment(checkout: CheckoutContext, row: PaymentIntentRow): Promise<PaymentView> {
  const [view] = await viewPayments(checkout, [row]);
  return view ?? { intent: row, latestCharge: null, billingDetails: null };
}

function viewOf(
  checkout: CheckoutContext,
  intent: PaymentIntent,
  result: GatewayResultRow | undefined,
): PaymentView {
  if (result === undefined) return { intent, latestCharge: null, billingDetails: null };
  const { charge, billing } = storedDetails(checkout, result);
  return { intent, latestCharge: charge, billingDetails: billing };
}
