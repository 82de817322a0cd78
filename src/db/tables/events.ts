import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { flag, id, primary, time } from "../engine/columns.js";
import { queueInsert } from "../query/insert.js";
import type { Tx } from "../transaction.js";

/** The types of event that merchants receive, in Stripe's words. */
export type EventType =
  | "charge.refunded"
  | "checkout.session.completed"
  | "checkout.session.expired"
  | "held_payment.accepted"
  | "held_payment.created"
  | "held_payment.dismissed"
  | "held_payment.returned"
  | "payment_intent.canceled"
  | "payment_intent.payment_failed"
  | "payment_intent.succeeded"
  | "refund.created"
  | "refund.failed"
  | "refund.updated";

/**
 * The outbox: a row is written in the transaction that makes it true, so an event exists exactly if its cause
 * does.
 */
export interface EventRow {
  id: string;
  merchantId: string;
  livemode: boolean;
  type: EventType;
  /** Id of the object that the event is about. */
  objectId: string;
  createdAt: number;
}

export const events = new EntitySchema<EventRow>({
  name: "event",
  synchronize: false,
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    type: id(),
    objectId: id(),
    createdAt: time(),
  },
});

/** Stores events in the order given, with the transaction's next statement or its COMMIT. */
export function insertEvents(tx: Tx, rows: readonly EventRow[]): void {
  queueInsert(tx, events, ...rows);
}
