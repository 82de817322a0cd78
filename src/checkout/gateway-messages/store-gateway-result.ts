import { insertEvents } from "../../db/tables/events.js";
import {
  type NewGatewayResult,
  insertGatewayResult,
  queueGatewayResultRow,
} from "../../db/tables/gateway-results.js";
import type { Tx } from "../../db/transaction.js";
import { held, type Classification } from "../../domain/classification.js";
import type { Clock } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { AppliedResult } from "./gateway-message.js";
import type { UnclassifiedResult } from "./new-gateway-result.js";

/**
 * Stores a result, and the event of a held one. Undefined if an equal message arrived before. `clock` is the
 * transaction's, as in all functions here.
 */
export async function storeGatewayResult(
  clock: Clock,
  tx: Tx,
  row: UnclassifiedResult,
  classification: Classification,
): Promise<NewGatewayResult | undefined> {
  const classified = classifiedRow(clock, row, classification);
  if (!(await insertGatewayResult(tx, classified))) return undefined;
  queueHeldEvent(tx, classified);
  return classified;
}

/**
 * Stores a result with the transaction's next statement, or its COMMIT, which throws if an equal message
 * arrived before.
 */
export function queueGatewayResult(
  clock: Clock,
  tx: Tx,
  row: UnclassifiedResult,
  classification: Classification,
): NewGatewayResult {
  const classified = classifiedRow(clock, row, classification);
  queueGatewayResultRow(tx, classified);
  queueHeldEvent(tx, classified);
  return classified;
}

function classifiedRow(
  clock: Clock,
  row: UnclassifiedResult,
  { outcome, reason }: Classification,
): NewGatewayResult {
  const now = clock.now();
  return { ...row, id: newId("gr", now), receivedAt: now, outcome, heldReason: reason };
}

function queueHeldEvent(
  tx: Tx,
  { id: objectId, merchantId, livemode, outcome, receivedAt }: NewGatewayResult,
): void {
  if (outcome !== "held") return;
  const event = { id: newId("evt", receivedAt), merchantId, livemode, objectId, createdAt: receivedAt };
  insertEvents(tx, [{ ...event, type: "held_payment.created" }]);
}

/**
 * Holds a success whose transaction has paid already: no transaction pays twice, and a person decides what it
 * belongs to.
 */
export async function storeReusedTransaction(
  clock: Clock,
  tx: Tx,
  row: UnclassifiedResult,
): Promise<AppliedResult> {
  const classification = held("duplicate");
  return applied(classification, (await storeGatewayResult(clock, tx, row, classification)) === undefined);
}

/** The answer of `applyGatewayResult` about a stored result. */
export function applied(classification: Classification, replayed: boolean): AppliedResult {
  return { kind: "applied", classification, replayed };
}
