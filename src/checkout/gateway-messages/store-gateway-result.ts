import { insertEvents } from "../../db/tables/events.js";
import {
  type NewGatewayResult,
  insertGatewayResult,
  insertGatewayResultLater,
} from "../../db/tables/gateway-results.js";
import type { Tx } from "../../db/transaction.js";
import { held, type Judgement } from "../../domain/classification.js";
import type { Clock } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { AppliedResult } from "./gateway-message.js";
import type { UnjudgedRow } from "./new-gateway-result.js";

/**
 * Stores a result, and with a held one the event that tells of it. Undefined where an equal message came before. `clock` is
 * that of the transaction, as all here.
 */
export async function insertJudged(
  clock: Clock,
  tx: Tx,
  row: UnjudgedRow,
  judgement: Judgement,
): Promise<NewGatewayResult | undefined> {
  const judged = judgedRow(clock, row, judgement);
  if (!(await insertGatewayResult(tx, judged))) return undefined;
  tellOfHeld(tx, judged);
  return judged;
}

/** The same with the transaction's next statement, or its COMMIT: that one fails where an equal message came before. */
export function insertJudgedLater(
  clock: Clock,
  tx: Tx,
  row: UnjudgedRow,
  judgement: Judgement,
): NewGatewayResult {
  const judged = judgedRow(clock, row, judgement);
  insertGatewayResultLater(tx, judged);
  tellOfHeld(tx, judged);
  return judged;
}

function judgedRow(clock: Clock, row: UnjudgedRow, { outcome, reason }: Judgement): NewGatewayResult {
  const now = clock.now();
  return { ...row, id: newId("gr", now), receivedAt: now, outcome, heldReason: reason };
}

function tellOfHeld(
  tx: Tx,
  { id: objectId, merchantId, livemode, outcome, receivedAt }: NewGatewayResult,
): void {
  if (outcome !== "held") return;
  const event = { id: newId("evt", receivedAt), merchantId, livemode, objectId, createdAt: receivedAt };
  insertEvents(tx, [{ ...event, type: "held_payment.created" }]);
}

/** No transaction pays twice, whatever its messages say: a person decides what it belongs to. */
export async function insertReused(clock: Clock, tx: Tx, row: UnjudgedRow): Promise<AppliedResult> {
  const judgement = held("duplicate");
  return applied(judgement, (await insertJudged(clock, tx, row, judgement)) === undefined);
}

/** What `applyGatewayResult` answers about a result that is stored. */
export function applied(judgement: Judgement, replayed: boolean): AppliedResult {
  return { kind: "applied", judgement, replayed };
}
