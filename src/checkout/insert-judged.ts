import { insertEvents } from "../db/events.js";
import {
  type NewGatewayResult,
  insertGatewayResult,
  insertGatewayResultLater,
} from "../db/gateway-results.js";
import type { Tx } from "../db/transaction.js";
import { held, type Judgement } from "../domain/judgement.js";
import { newId } from "../lib/ids.js";
import type { Checkout } from "./checkout.js";
import type { AppliedResult } from "./gateway-message.js";
import type { UnjudgedRow } from "./unjudged-row.js";

/** Stores a result, and with a held one the event that tells of it. False where an equal message came before. */
export async function insertJudged(
  checkout: Checkout,
  tx: Tx,
  row: UnjudgedRow,
  judgement: Judgement,
): Promise<boolean> {
  if (!(await insertGatewayResult(tx, judgedRow(row, judgement)))) return false;
  tellOfHeld(checkout, tx, row, judgement);
  return true;
}

/** The same with the transaction's next statement, or its COMMIT: that one fails where an equal message came before. */
export function insertJudgedLater(checkout: Checkout, tx: Tx, row: UnjudgedRow, judgement: Judgement): void {
  insertGatewayResultLater(tx, judgedRow(row, judgement));
  tellOfHeld(checkout, tx, row, judgement);
}

function judgedRow(row: UnjudgedRow, { outcome, reason }: Judgement): NewGatewayResult {
  return { ...row, outcome, heldReason: reason };
}

function tellOfHeld(checkout: Checkout, tx: Tx, row: UnjudgedRow, { outcome }: Judgement): void {
  if (outcome !== "held") return;
  const now = checkout.clock.now();
  const { merchantId, livemode, id: objectId } = row;
  const event = { id: newId("evt", now), merchantId, livemode, objectId, createdAt: now };
  insertEvents(tx, [{ ...event, type: "held_payment.created" }]);
}

/** No transaction pays twice, whatever its messages say: a person decides what it belongs to. */
export async function insertReused(checkout: Checkout, tx: Tx, row: UnjudgedRow): Promise<AppliedResult> {
  const judgement = held("duplicate");
  return applied(judgement, !(await insertJudged(checkout, tx, row, judgement)));
}

/** What `applyGatewayResult` answers about a result that is stored. */
export function applied(judgement: Judgement, replayed: boolean): AppliedResult {
  return { kind: "applied", judgement, replayed };
}
