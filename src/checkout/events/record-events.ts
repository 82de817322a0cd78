import type { CheckoutSessionRow } from "../../db/tables/checkout-sessions.js";
import { type NewEvent, insertEvents } from "../../db/tables/events.js";
import type { GatewayResultRow } from "../../db/tables/gateway-results.js";
import type { PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { PaymentMethodRow } from "../../db/tables/payment-methods.js";
import type { WebhookEndpointRow } from "../../db/tables/webhook-endpoints.js";
import type { Tx } from "../../db/transaction.js";
import type { Customer } from "../../domain/customer.js";
import {
  EVENT_OBJECTS,
  type EventObjectKind,
  type EventType,
  type ObjectKindOf,
} from "../../domain/event.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { Refund } from "../../domain/refund.js";
import type { SetupIntent } from "../../domain/setup-intent.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";

/** What events keep of the call that causes them, and seal its idempotency key with. */
export type EventParts = Pick<CheckoutContext, "sealer" | "cause">;

/** The row of each kind of object. */
export interface EventRows {
  readonly "checkout.session": CheckoutSessionRow;
  readonly customer: Customer;
  readonly held_payment: GatewayResultRow;
  readonly payment_intent: PaymentIntentRow;
  readonly payment_method: PaymentMethodRow;
  readonly refund: Refund;
  readonly setup_intent: SetupIntent;
  readonly webhook_endpoint: WebhookEndpointRow;
}

/** Something that happened: its type, and the object as the transaction leaves it. */
export type EventToRecord = {
  [Type in EventType]: readonly [Type, EventRows[ObjectKindOf<Type>]];
}[EventType];

/**
 * Stores what happened, in the order given, with the transaction's next statement or its COMMIT. `now` is the
 * transaction's time by the merchant's clock.
 */
export function recordEvents(
  parts: EventParts,
  tx: Tx,
  now: number,
  ...news: readonly EventToRecord[]
): void {
  insertEvents(
    tx,
    news.map((one) => rowOf(parts, newId("evt", now), now, one)),
  );
}

/** Stores one event as `recordEvents` does, with an id that was made before its transaction. */
export function recordEvent(
  parts: EventParts,
  tx: Tx,
  { id, now }: { readonly id: string; readonly now: number },
  one: EventToRecord,
): void {
  insertEvents(tx, [rowOf(parts, id, now, one)]);
}

/** A row that was stored by `storedObject`: it has the fields that its message is made of. */
export function readObject(kind: EventObjectKind, stored: unknown): object {
  const row = stored as Record<string, unknown>;
  if (!KEEP_BILLING.has(kind)) return row;
  const { billingSealed: sealed } = row;
  const billingSealed = typeof sealed === "string" ? Buffer.from(sealed, "base64") : null;
  return kind === "checkout.session" ? { ...row, billingSealed, lineItems: [] } : { ...row, billingSealed };
}

function rowOf(
  { sealer, cause }: EventParts,
  id: string,
  now: number,
  [type, object]: EventToRecord,
): NewEvent {
  const { id: objectId, merchantId, livemode } = object;
  const scope: MerchantScope = { merchantId, livemode };
  const key = cause?.idempotencyKey;
  return {
    id,
    merchantId,
    livemode,
    type,
    objectId,
    object: storedObject(EVENT_OBJECTS[type], object),
    requestId: cause?.requestId ?? null,
    idempotencyKeySealed:
      key === undefined ? null : sealer.seal(key, { ...scope, purpose: "idempotency-key" }),
    createdAt: now,
  };
}

/**
 * What an event keeps of its object's row: all that its message is made of, and no secret. A sealed value that the
 * message needs stays sealed, as text; of one that it does not need is kept only whether there is one.
 */
function storedObject(kind: EventObjectKind, row: object): unknown {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => !LEFT_OUT[kind].includes(name))
      .map(([name, value]) => [
        name,
        Buffer.isBuffer(value) ? storedBytes(kind, name, value) : (value as unknown),
      ]),
  );
}

/** Line items are not in a session's message unless asked for. */
const LEFT_OUT: Record<EventObjectKind, readonly string[]> = {
  "checkout.session": ["lineItems"],
  customer: [],
  held_payment: ["messageSealed"],
  payment_intent: [],
  payment_method: [],
  refund: [],
  setup_intent: [],
  webhook_endpoint: ["secretSealed", "previousSecretSealed"],
};

function storedBytes(kind: EventObjectKind, name: string, value: Buffer): string {
  return KEEP_BILLING.has(kind) && name === "billingSealed" ? value.toString("base64") : "";
}

/** The kinds of object whose message tells who paid. */
const KEEP_BILLING: ReadonlySet<EventObjectKind> = new Set(["checkout.session", "payment_method"]);
