import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { CaptureRequest } from "../../domain/captures/capture-outcome.js";
import type { CancellationReason } from "../../domain/payment-intent.js";
import { flag, id, index, integer, json, optional, primary, time } from "../engine/columns.js";
import { deleteRows } from "../query/delete.js";
import { queueInsert } from "../query/insert.js";
import { selectRow } from "../query/select.js";
import { updateRows } from "../query/update.js";
import { forUpdate, type Tx } from "../transaction.js";

/**
 * An authorization that is neither captured nor released. Its times are those of the merchant's clock. Whoever locks it
 * locks its payment first.
 */
export interface PendingCaptureRow {
  readonly paymentIntentId: string;
  readonly merchantId: string;
  readonly livemode: boolean;
  /** When it lapses. */
  readonly captureBefore: number;
  /** When the merchant was told that it is about to lapse; null until then. */
  readonly warnedAt: number | null;
  /** What is requested of the gateway now. Null: nothing, the authorization stands. */
  readonly request: CaptureRequest | null;
  /** Id of the newest request. */
  readonly requestId: string | null;
  /** What is to be captured, in minor units; null if it is to be released. */
  readonly amount: number | null;
  /** Why it is to be released. */
  readonly reason: CancellationReason | null;
  /** When the request was sent to the gateway, or was about to be. Null: it was not, or surely did not arrive. */
  readonly requestedAt: number | null;
  /** How many attempts to find out what became of the request have failed. */
  readonly attempts: number;
  /** When to look at it again. */
  readonly nextStepAt: number;
  /** The newest request that came to nothing. Null: none has. */
  readonly refusal: CaptureRefusal | null;
}

/** Why a request to capture or to release came to nothing. */
export interface CaptureRefusal {
  readonly requestId: string;
  /** The gateway's code and words. Null: the gateway surely never carried the request out, and said nothing. */
  readonly responseCode: number | null;
  readonly responseMessage: string;
}

export const pendingCaptures = new EntitySchema<PendingCaptureRow>({
  name: "pending_capture",
  synchronize: false,
  columns: {
    paymentIntentId: primary(id()),
    merchantId: id(),
    livemode: flag(),
    captureBefore: time(),
    warnedAt: optional(time()),
    request: optional(id()),
    requestId: optional(id()),
    amount: optional(integer()),
    reason: optional(id()),
    requestedAt: optional(time()),
    attempts: integer(),
    nextStepAt: time(),
    refusal: optional(json()),
  },
  indices: [index("livemode", "nextStepAt")],
});

/** Stores a new authorization with the transaction's next statement, or its COMMIT. */
export function queuePendingCapture(
  tx: Tx,
  authorization: Pick<
    PendingCaptureRow,
    "paymentIntentId" | "merchantId" | "livemode" | "captureBefore" | "nextStepAt"
  >,
): void {
  queueInsert(tx, pendingCaptures, { ...authorization, ...NOTHING_YET });
}

const NOTHING_YET = {
  warnedAt: null,
  request: null,
  requestId: null,
  amount: null,
  reason: null,
  requestedAt: null,
  attempts: 0,
  refusal: null,
};

/** The authorization of a payment. Undefined: it has none, or that is captured or released. */
export async function findPendingCapture(
  db: EntityManager,
  paymentIntentId: string,
): Promise<PendingCaptureRow | undefined> {
  return await selectRow(db, pendingCaptures, "WHERE payment_intent_id = ?", [paymentIntentId]);
}

/** Reads and locks the authorization of a payment that is locked already. */
export async function lockPendingCapture(
  tx: Tx,
  paymentIntentId: string,
): Promise<PendingCaptureRow | undefined> {
  const condition = `WHERE payment_intent_id = ?${forUpdate(tx)}`;
  return await selectRow(tx, pendingCaptures, condition, [paymentIntentId]);
}

/** The fields that requests, and the passing of time, change. */
type PendingCaptureChange = Partial<
  Pick<
    PendingCaptureRow,
    | "warnedAt"
    | "request"
    | "requestId"
    | "amount"
    | "reason"
    | "requestedAt"
    | "attempts"
    | "nextStepAt"
    | "refusal"
  >
>;

/** Changes the authorization of a locked payment. Throws unless there is one. */
export async function changePendingCapture(
  tx: Tx,
  paymentIntentId: string,
  change: PendingCaptureChange,
): Promise<void> {
  const condition = "payment_intent_id = ?";
  if ((await updateRows(tx, pendingCaptures, change, condition, [paymentIntentId])) !== 1)
    throw new Error(`Payment ${paymentIntentId} has no authorization.`);
}

/** Records when this request is sent; null: it is not. False if it is no longer the one to send. */
export async function noteRequested(
  tx: Tx,
  { paymentIntentId, requestId }: Pick<PendingCaptureRow, "paymentIntentId" | "requestId">,
  requestedAt: number | null,
): Promise<boolean> {
  const condition = "payment_intent_id = ? AND request_id = ? AND request IS NOT NULL";
  const values = [paymentIntentId, requestId];
  return (await updateRows(tx, pendingCaptures, { requestedAt }, condition, values)) === 1;
}

/** Ends the authorization of a locked payment: it is captured or released. */
export async function deletePendingCapture(tx: Tx, paymentIntentId: string): Promise<void> {
  await deleteRows(tx, pendingCaptures, "payment_intent_id = ?", [paymentIntentId]);
}
