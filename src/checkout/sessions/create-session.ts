import { isDeepStrictEqual } from "node:util";

import { findCheckoutSession, insertCheckoutSession } from "../../db/tables/checkout-sessions.js";
import type { Run, Tx } from "../../db/transaction.js";
import { type Currency, currencyByCode, totalOf } from "../../domain/money.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import {
  checkRedirectUrl,
  beforeCompletion,
  type CheckoutSession,
  LIFE_MAX_MS,
  LIFE_MIN_MS,
  type LineItem,
  type SessionOptions,
} from "../../domain/session.js";
import { Refusal } from "../../domain/refusal.js";
import { stoppedAt } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { requireCustomer } from "../customers/get-customer.js";
import { getSession } from "./get-session.js";
import { clockOf } from "../test-clock.js";
import { findPrevious, type PreviousCall, type IdempotentCall, runIdempotent } from "../idempotency.js";

/**
 * The session that a merchant requests. Its shape is validated already; what is checked here depends on more
 * than one field.
 */
export interface SessionOrder {
  /** `setup`: the session stores a card without a payment, and has no line items. Null: it takes a payment. */
  readonly mode: "setup" | null;
  /** The currency that the card is verified in, for `setup` only. */
  readonly currency: string;
  readonly lineItems: readonly (LineItem & { readonly currency: string })[];
  readonly successUrl: string;
  readonly cancelUrl: string;
  readonly customerId: string | null;
  readonly customerCreation: "always" | null;
  readonly clientReferenceId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly options: SessionOptions | null;
  /** Milliseconds since the epoch; null for the default, 24 hours from now. */
  readonly expiresAt: number | null;
}

/** A session as a call answers it; `replayed` if an earlier call with its idempotency key created it. */
export interface AnsweredSession {
  readonly session: CheckoutSession;
  readonly replayed: boolean;
}

/**
 * Creates an open session, once for each idempotency key. Throws a Refusal that names the field; then nothing
 * is stored, not even the key.
 */
export async function createSession(
  checkout: CheckoutContext,
  scope: MerchantScope,
  order: SessionOrder,
  call: IdempotentCall | undefined,
): Promise<AnsweredSession> {
  const before = await findPrevious(checkout, scope, call);
  if (before !== undefined) return await firstAnswer(checkout, scope, before, order);
  const session = await newSession(checkout, scope, order);
  const parts = { db: checkout.db, merchantClock: stoppedAt(session.createdAt) };
  const done = await runIdempotent(parts, scope, call, session.id, (tx, run) => store(tx, run, session));
  return done.replayed ? await firstAnswer(checkout, scope, done, order) : { session, replayed: false };
}

/** The session right after its creation, whatever has become of it since. */
async function firstAnswer(
  checkout: CheckoutContext,
  scope: MerchantScope,
  { objectId }: PreviousCall,
  { metadata }: SessionOrder,
): Promise<AnsweredSession> {
  const session = await getSession(checkout, scope, objectId);
  // In the order that was stored first, where nothing of it has changed.
  const first = isDeepStrictEqual(session.metadata, metadata) ? session.metadata : metadata;
  return { session: { ...beforeCompletion(session), ...AS_CREATED, metadata: first }, replayed: true };
}

/** The initial values of the fields that change later. */
const AS_CREATED = {
  status: "open",
  attempt: 1,
  formsGiven: 0,
  completedAt: null,
  completedLate: false,
  completedBy: null,
  paymentIntentId: null,
  paymentMethodId: null,
  billingSealed: null,
  pendingPayment: null,
  lastDecline: null,
  amountReceived: null,
  cardChoice: null,
} as const;

/** Checks the rules that depend on more than one field, and the customer. */
async function newSession(
  checkout: CheckoutContext,
  scope: MerchantScope,
  order: SessionOrder,
): Promise<CheckoutSession> {
  const now = (await clockOf(checkout, scope)).now();
  const isSetup = order.mode === "setup";
  const currency = isSetup ? knownCurrency(order.currency) : sharedCurrency(order.lineItems);
  const amountTotal = isSetup ? 0 : totalOf(order.lineItems);
  checkRedirectUrl(order.successUrl, "success_url");
  if (order.cancelUrl !== "") checkRedirectUrl(order.cancelUrl, "cancel_url");
  const expiresAt = expiryOf(order.expiresAt, now);
  refuseTwoCustomers(order);
  if (order.customerId !== null) await requireCustomer(checkout, scope, order.customerId);
  // Field by field: with spreads, V8 makes a hash table of so many fields, which is ten times as slow.
  return {
    id: newId("cs", now),
    merchantId: scope.merchantId,
    livemode: scope.livemode,
    status: AS_CREATED.status,
    mode: order.mode,
    currency: currency.code,
    amountTotal,
    lineItems: order.lineItems.map(storedItem),
    successUrl: order.successUrl,
    cancelUrl: order.cancelUrl,
    customerId: order.customerId,
    customerCreation: order.customerCreation,
    clientReferenceId: order.clientReferenceId,
    metadata: order.metadata,
    options: order.options,
    attempt: AS_CREATED.attempt,
    formsGiven: AS_CREATED.formsGiven,
    createdAt: now,
    expiresAt,
    completedAt: AS_CREATED.completedAt,
    completedLate: AS_CREATED.completedLate,
    completedBy: AS_CREATED.completedBy,
    paymentIntentId: AS_CREATED.paymentIntentId,
    paymentMethodId: AS_CREATED.paymentMethodId,
    billingSealed: AS_CREATED.billingSealed,
    pendingPayment: AS_CREATED.pendingPayment,
    lastDecline: AS_CREATED.lastDecline,
    amountReceived: AS_CREATED.amountReceived,
    cardChoice: AS_CREATED.cardChoice,
  };
}

function storedItem({ name, unitAmount, quantity, product }: LineItem): LineItem {
  return product === undefined ? { name, unitAmount, quantity } : { name, unitAmount, quantity, product };
}

/** The validation of the request names every wrong field; this protects callers that skip it. */
function sharedCurrency(items: SessionOrder["lineItems"]): Currency {
  const currencies = items.map((item) => currencyByCode(item.currency));
  const [first] = currencies;
  if (items.length === 0) {
    throw new Refusal("PARAMETER_MISSING", "Missing required parameter: line_items.", "line_items");
  }
  if (first === undefined) throw new Refusal("CURRENCY_UNKNOWN", "The currency is unknown.", "line_items");
  if (currencies.every((currency) => currency === first)) return first;
  throw new Refusal("CURRENCIES_MIXED", "All line items must be in one currency.", "line_items");
}

function knownCurrency(code: string): Currency {
  const currency = currencyByCode(code);
  if (currency !== undefined) return currency;
  throw new Refusal("CURRENCY_UNKNOWN", "The currency is unknown.", "currency");
}

function expiryOf(expiresAt: number | null, now: number): number {
  if (expiresAt === null) return now + LIFE_MAX_MS;
  // The API counts in whole seconds, so the current second counts in full at either end.
  if (expiresAt < now + LIFE_MIN_MS - 1000 || expiresAt > now + LIFE_MAX_MS) {
    throw new Refusal(
      "EXPIRES_AT_INVALID",
      "expires_at must be 5 minutes to 24 hours from now.",
      "expires_at",
    );
  }
  return expiresAt;
}

function refuseTwoCustomers({ customerId, customerCreation, options }: SessionOrder): void {
  if (customerId === null) return;
  if ((options?.customerEmail ?? null) !== null) {
    throw new Refusal(
      "PARAMETERS_EXCLUSIVE",
      "An existing customer has an email address of its own: send customer or customer_email, not both.",
      "customer_email",
    );
  }
  if (customerCreation === null) return;
  throw new Refusal(
    "PARAMETERS_EXCLUSIVE",
    "A session uses an existing customer or creates one: send customer or customer_creation, not both.",
    "customer_creation",
  );
}

async function store(tx: Tx, { again }: Run, session: CheckoutSession): Promise<void> {
  // A COMMIT whose connection is lost has usually succeeded: then the row is stored already.
  if (again && (await findCheckoutSession(tx, session.id)) !== undefined) return;
  insertCheckoutSession(tx, session);
}
