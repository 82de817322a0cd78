import type { ListPage } from "../../db/query/list-page.js";
import { findCheckoutSession } from "../../db/tables/checkout-sessions.js";
import { findGatewayResults, type GatewayResultRow } from "../../db/tables/gateway-results.js";
import {
  listPaymentIntents as listRows,
  type PaymentIntentFilter,
} from "../../db/tables/payment-intent-list.js";
import { findPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { BillingDetails, ChargeDetails } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { PaymentIntent } from "../../domain/payment-intent.js";
import { Refusal } from "../../domain/refusal.js";
import { isId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { storedDetails } from "../gateway-messages/store-gateway-result.js";
import { listPage, type Page, type PageRequest } from "../page.js";
import { payUrl } from "../public-urls.js";
import { declinedIntentOf, findDeclinedIntent } from "./declined-intent.js";

/** A payment with the gateway's details of its latest charge. Null if there are none. */
export interface PaymentView {
  readonly intent: PaymentIntent;
  readonly latestCharge: ChargeDetails | null;
  readonly billingDetails: BillingDetails | null;
  /** The address of the payment's own page. */
  readonly pageUrl: string;
}

type ViewParts = Pick<CheckoutContext, "db" | "sealer" | "addresses">;

/**
 * Payments as their merchant sees them. The gateway's details are read from its sealed messages on each call:
 * they are not stored a second time in plain text.
 */
export async function viewPayments(
  checkout: ViewParts,
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
  return view ?? viewOf(checkout, row, undefined);
}

function viewOf(
  checkout: ViewParts,
  intent: PaymentIntent,
  result: GatewayResultRow | undefined,
): PaymentView {
  const pageUrl = payUrl(checkout, intent.id);
  if (result === undefined) return { intent, latestCharge: null, billingDetails: null, pageUrl };
  const { charge, billing } = storedDetails(checkout, result);
  return { intent, latestCharge: charge, billingDetails: billing, pageUrl };
}

/**
 * Reads a payment to do something with it. Throws a Refusal if it is absent or another merchant's, or if it is that of
 * a session that was only declined so far; `param` is the field that named it.
 */
export async function getPaymentIntent(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  param = "id",
): Promise<PaymentIntentRow> {
  const intent = await findPaymentIntent(checkout.db.manager, id);
  if (isOwn(intent, scope)) return intent;
  const declined = await findDeclinedIntent(checkout, id);
  if (isOwn(declined, scope)) throw paidOnItsPage(declined, param);
  throw notFound(id, param);
}

/** Reads a payment, that of a declined session too, to show it. Throws a Refusal if it is absent or another's. */
export async function readPaymentIntent(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
): Promise<PaymentIntentRow> {
  const intent =
    (await findPaymentIntent(checkout.db.manager, id)) ?? (await findDeclinedIntent(checkout, id));
  if (isOwn(intent, scope)) return intent;
  throw notFound(id, "id");
}

function isOwn(intent: PaymentIntentRow | undefined, scope: MerchantScope): intent is PaymentIntentRow {
  return intent?.merchantId === scope.merchantId && intent.livemode === scope.livemode;
}

function notFound(id: string, param: string): Refusal {
  return new Refusal("PAYMENT_INTENT_NOT_FOUND", `No such payment intent: ${id}.`, param);
}

function paidOnItsPage({ sessionId }: PaymentIntentRow, param: string): Refusal {
  const message = `This is the payment of the checkout session ${sessionId}: the shopper tries another card on its page.`;
  return new Refusal("PAYMENT_INTENT_STATE", message, param);
}

/**
 * Lists a merchant's payments, the newest first: all, a customer's, or a session's. That of a session that was only
 * declined so far has no row, and is listed only where its session is asked for.
 */
export async function listPaymentIntents(
  checkout: CheckoutContext,
  scope: MerchantScope,
  filter: PaymentIntentFilter,
  page: PageRequest,
): Promise<Page<PaymentIntentRow>> {
  const { manager } = checkout.db;
  return await listPage(scope, page, {
    noun: "payment intent",
    find: async (id) => (await findPaymentIntent(manager, id)) ?? (await findDeclinedIntent(checkout, id)),
    async read(page) {
      const rows = await listRows(manager, scope, filter, page);
      return rows.length > 0 ? rows : await declinedOf(checkout, scope, filter, page);
    },
  });
}

/** A session has one payment: on a page that begins at it there is none. */
async function declinedOf(
  { db }: CheckoutContext,
  scope: MerchantScope,
  { sessionId, customerId }: PaymentIntentFilter,
  { olderThan, newerThan }: ListPage,
): Promise<PaymentIntentRow[]> {
  if (sessionId === undefined || olderThan !== undefined || newerThan !== undefined) return [];
  const session = isId("cs", sessionId) ? await findCheckoutSession(db.manager, sessionId) : undefined;
  const intent = session && declinedIntentOf(session);
  if (!isOwn(intent, scope)) return [];
  return customerId === undefined || intent.customerId === customerId ? [intent] : [];
}
