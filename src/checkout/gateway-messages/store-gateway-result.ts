import { createHash } from "node:crypto";

import { readBillingDetails } from "../../cardstream/card.js";
import { readChargeDetails } from "../../cardstream/charge-details.js";
import { readableText, bodyText, type Field, parseFields } from "../../cardstream/fields.js";
import { readResult } from "../../cardstream/signed-message.js";
import {
  type GatewayResultRow,
  type NewGatewayResult,
  insertGatewayResult,
  queueGatewayResultRow,
} from "../../db/tables/gateway-results.js";
import { findStoredResult } from "../../db/tables/reversals.js";
import type { Tx } from "../../db/transaction.js";
import { parseAttemptReference } from "../../domain/attempt.js";
import { held, type Classification } from "../../domain/classification.js";
import type { BillingDetails, ChargeDetails, GatewayResult } from "../../domain/gateway-result.js";
import type { Clock } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { type EventParts, recordEvents } from "../events/record-events.js";
import type { AppliedResult, GatewayMessage } from "./gateway-message.js";
import type { VerifiedMessage } from "./verify-message.js";

/**
 * Stores a result, and the event of a held one. Undefined if an equal message arrived before. `clock` is the
 * transaction's, as in all functions here.
 */
export async function storeGatewayResult(
  parts: EventParts,
  clock: Clock,
  tx: Tx,
  row: UnclassifiedResult,
  classification: Classification,
): Promise<NewGatewayResult | undefined> {
  const classified = classifiedRow(clock, row, classification);
  if (!(await insertGatewayResult(tx, classified))) return undefined;
  queueHeldEvent(parts, tx, classified);
  return classified;
}

/**
 * Stores a result with the transaction's next statement, or its COMMIT, which throws if an equal message
 * arrived before.
 */
export function queueGatewayResult(
  parts: EventParts,
  clock: Clock,
  tx: Tx,
  row: UnclassifiedResult,
  classification: Classification,
): NewGatewayResult {
  const classified = classifiedRow(clock, row, classification);
  queueGatewayResultRow(tx, classified);
  queueHeldEvent(parts, tx, classified);
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

function queueHeldEvent(parts: EventParts, tx: Tx, row: NewGatewayResult): void {
  if (row.outcome !== "held") return;
  const held = { reversalId: null, ...row, ...UNRESOLVED };
  recordEvents(parts, tx, row.receivedAt, ["held_payment.created", held]);
}

const UNRESOLVED = {
  resolvedAt: null,
  resolution: null,
  note: null,
  reversalAction: null,
  leaseId: null,
  leasedUntil: null,
};

/**
 * Holds a success whose transaction has paid already: no transaction pays twice, and a person decides what it
 * belongs to.
 */
export async function storeReusedTransaction(
  parts: EventParts,
  clock: Clock,
  tx: Tx,
  row: UnclassifiedResult,
): Promise<AppliedResult> {
  const classification = held("duplicate");
  return applied(classification, (await storeMessage(parts, clock, tx, row, classification)) === undefined);
}

/**
 * Stores a result as `storeGatewayResult` does. A held one that says something else of a transaction than the
 * one that is held already is held besides: the person who decides has to see both.
 */
export async function storeMessage(
  parts: EventParts,
  clock: Clock,
  tx: Tx,
  row: UnclassifiedResult,
  classification: Classification,
): Promise<NewGatewayResult | undefined> {
  const stored = await storeGatewayResult(parts, clock, tx, row, classification);
  if (stored !== undefined || classification.outcome !== "held") return stored;
  const before = await findStoredResult(tx, { ...row, outcome: "held" });
  if (saysTheSame(before, { ...row, heldReason: classification.reason })) return undefined;
  return await storeGatewayResult(
    parts,
    clock,
    tx,
    { ...row, transactionKey: keyOf(row, classification) },
    classification,
  );
}

/** Of money that is on its way back, the amounts shrink: that is no news about the payment. */
function saysTheSame(before: GatewayResultRow, row: Compared): boolean {
  const differs = (name: keyof Compared): boolean => (before[name] ?? null) !== (row[name] ?? null);
  if (TARGET.some(differs)) return false;
  const goesBack = before.reversalAction !== null || before.resolution === "return";
  return goesBack ? !isMore(before, row) : !WORD.some(differs);
}

/** True if a message reports more money than the one before it. */
export function isMore(before: Compared, row: Compared): boolean {
  return (row.amountReceived ?? 0) > (before.amountReceived ?? 0);
}

const TARGET = ["sessionId", "paymentIntentId", "reversalId"] as const;
const WORD = ["heldReason", "amount", "amountReceived", "currencyCode"] as const;

type Compared = Partial<Pick<GatewayResultRow, (typeof TARGET)[number] | (typeof WORD)[number]>>;

/** A message that is sent again has a new time, but says nothing new. */
function keyOf(row: UnclassifiedResult, { reason }: Classification): string {
  const says = [
    ...TARGET.map((name) => row[name] ?? null),
    reason,
    row.amount,
    row.amountReceived,
    row.currencyCode,
  ];
  const text = JSON.stringify([row.transactionKey, ...says]);
  return `fields:${createHash("sha256").update(text).digest("base64url")}`;
}

/** The answer of `applyGatewayResult` about a stored result. */
export function applied(classification: Classification, replayed: boolean): AppliedResult {
  return { kind: "applied", classification, replayed };
}

/** A result to store, before it is classified; the transaction that stores it gives it an id and a time. */
export type UnclassifiedResult = Omit<NewGatewayResult, "outcome" | "heldReason" | "id" | "receivedAt">;

/** The columns of a verified message. */
export function newGatewayResult(
  checkout: CheckoutContext,
  { result, scope, target, refund }: VerifiedMessage,
  message: GatewayMessage,
): UnclassifiedResult {
  const { sealer } = checkout;
  return {
    merchantId: scope.merchantId,
    livemode: scope.livemode,
    sessionId: target?.session?.id ?? null,
    paymentIntentId: target?.intent?.id ?? refund?.paymentIntentId ?? null,
    reversalId: refund?.id ?? null,
    attempt: target === undefined ? null : (parseAttemptReference(result.transactionUnique)?.attempt ?? null),
    transactionKey: result.transactionKey,
    responseCode: result.responseCode ?? null,
    responseStatus: result.responseStatus ?? null,
    amount: result.amount ?? null,
    amountReceived: result.amountReceived ?? null,
    currencyCode: readableText(result.currencyCode).slice(0, CURRENCY_CODE_MAX),
    state: readableText(result.state).slice(0, STATE_MAX),
    via: message.via,
    xrefSealed: result.xref === "" ? null : sealer.seal(result.xref, { ...scope, purpose: "xref" }),
    messageSealed: sealer.seal(bodyText(message.body), { ...scope, purpose: "gateway-message" }),
  };
}

/** The width of the column. A longer text is no currency code; the sealed message holds it in full. */
const CURRENCY_CODE_MAX = 16;
const STATE_MAX = 32;

/**
 * A stored result, read from its sealed message: it was verified when it arrived, and the seal protects it
 * since.
 */
export function storedResult(checkout: CheckoutContext, row: GatewayResultRow): GatewayResult {
  return readResult(storedFields(checkout, row));
}

/** The charge and billing details of a stored result. */
export function storedDetails(
  checkout: Pick<CheckoutContext, "sealer">,
  row: GatewayResultRow,
): { charge: ChargeDetails; billing: BillingDetails | null } {
  const fields = storedFields(checkout, row);
  return { charge: readChargeDetails(fields), billing: readBillingDetails(fields) };
}

/** The gateway's reference of a stored result's transaction. Undefined if it gave none. */
export function storedXref(checkout: CheckoutContext, row: GatewayResultRow): string | undefined {
  const { merchantId, livemode, xrefSealed } = row;
  if (xrefSealed === null) return undefined;
  return checkout.sealer.open(xrefSealed, { merchantId, livemode, purpose: "xref" });
}

function storedFields(checkout: Pick<CheckoutContext, "sealer">, row: GatewayResultRow): Field[] {
  const { merchantId, livemode, messageSealed } = row;
  const text = checkout.sealer.open(messageSealed, { merchantId, livemode, purpose: "gateway-message" });
  return parseFields(Buffer.from(text));
}
