import { create } from "@bufbuild/protobuf";

import { type Event, type EventData, EventSchema } from "../../../gen/calmonypay/v1/event_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { storedBilling } from "../../checkout/customers/get-payment-method.js";
import { readObject } from "../../checkout/events/record-events.js";
import type { EventRows } from "../../checkout/events/record-events.js";
import { type PaymentView, viewPayments } from "../../checkout/payments/payment-intents.js";
import type { EventRow } from "../../db/tables/events.js";
import { EVENT_OBJECTS, type EventObjectKind } from "../../domain/event.js";
import { toSeconds } from "../../lib/clock.js";
import { API_VERSION } from "./api-version.js";
import { sessionMessage } from "./checkout-session-message.js";
import { customerMessage } from "./customer-message.js";
import { heldPaymentMessage } from "./held-payment-message.js";
import { paymentIntentMessage } from "./payment-intent-message.js";
import { paymentMethodMessage } from "./payment-method-message.js";
import { refundMessage } from "./refund-message.js";
import { setupIntentMessage } from "./setup-intent-message.js";
import { webhookEndpointMessage } from "./webhook-endpoint-message.js";

/** The parts of the context that messages of events are made with. */
export type EventMessageParts = Pick<CheckoutContext, "db" | "sealer" | "addresses">;

/** Converts events to their messages, in order. `pendingWebhooks` has the numbers that are not zero, by event id. */
export async function eventMessages(
  checkout: EventMessageParts,
  rows: readonly EventRow[],
  pendingWebhooks: ReadonlyMap<string, number>,
): Promise<Event[]> {
  const views = await paymentViews(checkout, rows);
  return rows.map((row) =>
    create(EventSchema, {
      id: row.id,
      object: "event",
      type: row.type,
      created: BigInt(toSeconds(row.createdAt)),
      livemode: row.livemode,
      data: { object: objectOf(checkout, row, views.get(row)) },
      pendingWebhooks: BigInt(pendingWebhooks.get(row.id) ?? 0),
      apiVersion: API_VERSION,
      ...requestPart(checkout, row),
      ...(row.sequence === null ? {} : { sequence: BigInt(row.sequence) }),
    }),
  );
}

/** The gateway's details of the payments are in its messages, which never change: read for all events at once. */
async function paymentViews(
  checkout: EventMessageParts,
  rows: readonly EventRow[],
): Promise<ReadonlyMap<EventRow, PaymentView>> {
  const ofPayments = rows.filter(({ type }) => EVENT_OBJECTS[type] === "payment_intent");
  const intents = ofPayments.map((row) => rowOf("payment_intent", row));
  const views = await viewPayments(checkout, intents);
  return new Map(
    ofPayments.flatMap((row, at) => {
      const view = views[at];
      return view === undefined ? [] : [[row, view] as const];
    }),
  );
}

type DataObject = EventData["object"];

function objectOf(checkout: EventMessageParts, row: EventRow, view: PaymentView | undefined): DataObject {
  return OBJECTS[EVENT_OBJECTS[row.type]](checkout, row, view);
}

/** How the object of each kind becomes a message. */
const OBJECTS: Record<EventObjectKind, typeof objectOf> = {
  "checkout.session": (checkout, row) => {
    const { addresses } = checkout;
    const session = rowOf("checkout.session", row);
    return {
      case: "checkoutSession",
      value: sessionMessage(
        session,
        `${addresses.hppUrl}/pay/${session.id}`,
        storedBilling(checkout, session),
      ),
    };
  },
  customer: (_, row) => ({ case: "customer", value: customerMessage(rowOf("customer", row)) }),
  held_payment: (_, row) => {
    const { heldReason, ...held } = rowOf("held_payment", row);
    if (heldReason === null) throw new Error(`${held.id} is not held.`);
    return { case: "heldPayment", value: heldPaymentMessage({ ...held, heldReason }) };
  },
  payment_intent: (_, row, view) => {
    if (view === undefined) throw new Error(`The payment of ${row.id} was not read.`);
    return { case: "paymentIntent", value: paymentIntentMessage(view) };
  },
  payment_method: (checkout, row) => {
    const method = rowOf("payment_method", row);
    return { case: "paymentMethod", value: paymentMethodMessage(method, storedBilling(checkout, method)) };
  },
  refund: (_, row) => ({ case: "refund", value: refundMessage(rowOf("refund", row)) }),
  setup_intent: (_, row) => ({ case: "setupIntent", value: setupIntentMessage(rowOf("setup_intent", row)) }),
  webhook_endpoint: (_, row) => ({
    case: "webhookEndpoint",
    value: webhookEndpointMessage(rowOf("webhook_endpoint", row)),
  }),
};

function rowOf<Kind extends EventObjectKind>(kind: Kind, { object }: EventRow): EventRows[Kind] {
  return readObject(kind, object) as EventRows[Kind];
}

function requestPart(
  { sealer }: EventMessageParts,
  { merchantId, livemode, requestId, idempotencyKeySealed }: EventRow,
) {
  if (requestId === null) return {};
  if (idempotencyKeySealed === null) return { request: { id: requestId } };
  const scope = { merchantId, livemode, purpose: "idempotency-key" } as const;
  return { request: { id: requestId, idempotencyKey: sealer.open(idempotencyKeySealed, scope) } };
}
