import { createHash } from "node:crypto";

import { insertEvents } from "../../db/tables/events.js";
import {
  type GatewayResultRow,
  type NewGatewayResult,
  insertGatewayResult,
  queueGatewayResultRow,
} from "../../db/tables/gateway-results.js";
import { findStoredResult } from "../../db/tables/reversal-results.js";
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
  return applied(classification, (await storeMessage(clock, tx, row, classification)) === undefined);
}

/**
 * Stores a result as `storeGatewayResult` does. A held one that says something else of a transaction than the
 * one that is held already is held besides: the person who decides has to see both.
 */
export async function storeMessage(
  clock: Clock,
  tx: Tx,
  row: UnclassifiedResult,
  classification: Classification,
): Promise<NewGatewayResult | undefined> {
  const stored = await storeGatewayResult(clock, tx, row, classification);
  if (stored !== undefined || classification.outcome !== "held") return stored;
  const before = await findStoredResult(tx, { ...row, outcome: "held" });
  if (saysTheSame(before, { ...row, heldReason: classification.reason })) return undefined;
  return await storeGatewayResult(
    clock,
    tx,
    { ...row, transactionKey: keyOf(row, classification) },
    classification,
  );
}

/** Of money that is on its way back, the amounts change: that is no news about the payment. */
function saysTheSame(before: GatewayResultRow, row: Compared): boolean {
  const differs = (name: keyof Compared): boolean => (before[name] ?? null) !== (row[name] ?? null);
  if (TARGET.some(differs)) return false;
  const goesBack = before.reversalAction !== null || before.resolution === "return";
  return goesBack || !WORD.some(differs);
}

const TARGET = ["sessionId", "paymentIntentId", "reversalId"] as const;
const WORD = ["heldReason", "amountReceived", "currencyCode"] as const;

type Compared = Partial<Pick<GatewayResultRow, (typeof TARGET)[number] | (typeof WORD)[number]>>;

/** A message that is sent again has a new time, but says nothing new. */
function keyOf(row: UnclassifiedResult, { reason }: Classification): string {
  const says = [...TARGET.map((name) => row[name] ?? null), reason, row.amountReceived, row.currencyCode];
  const text = JSON.stringify([row.transactionKey, ...says]);
  return `fields:${createHash("sha256").update(text).digest("base64url")}`;
}

/** The answer of `applyGatewayResult` about a stored result. */
export function applied(classification: Classification, replayed: boolean): AppliedResult {
  return { kind: "applied", classification, replayed };
}
