import { findGatewayResults, type GatewayResultRow } from "../../db/tables/gateway-results.js";
import type { PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { BillingDetails, ChargeDetails } from "../../domain/charge-details.js";
import type { PaymentIntent } from "../../domain/payment-intent.js";
import type { CheckoutContext } from "../context.js";
import { storedDetails } from "../gateway-messages/stored-message.js";

/** A payment with what the gateway said of its latest charge. Null where it has said nothing. */
export interface PaymentView {
  readonly intent: PaymentIntent;
  readonly latestCharge: ChargeDetails | null;
  readonly billingDetails: BillingDetails | null;
}

/**
 * Payments as their merchant sees them. What the gateway said beside what decides is read from its sealed messages
 * whenever somebody looks: nothing of it is stored a second time, in clear.
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

/** The same of one payment. */
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
