import { createHash } from "node:crypto";

import type { GatewayResultRow, ResultVia } from "../../db/tables/gateway-results.js";
import { dismissHeldSales, findStoredResult, OF_SALE } from "../../db/tables/reversals.js";
import type { Tx } from "../../db/transaction.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import { isRefundReason } from "../../domain/held-payment.js";
import type { Classification } from "../../domain/classification.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import {
  amountReversed,
  type ExpectedReversal,
  isOfSale,
  type MessageKind,
} from "../../domain/reversal-classification.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { storeGatewayResult, type UnclassifiedResult, newGatewayResult } from "./store-gateway-result.js";

/** A verified message of the gateway about a reversal. */
export interface ReversalMessage {
  readonly result: GatewayResult;
  /** The message byte for byte. */
  readonly body: Buffer;
  readonly via: ResultVia;
  readonly kind: MessageKind;
}

/** The objects that a message is stored with. */
export interface StoredReversal {
  readonly scope: MerchantScope;
  /** Null if its payment is not known. */
  readonly paymentIntentId: string | null;
  readonly expected: ExpectedReversal;
}

/**
 * Stores a message about a reversal, sealed, and only once: false if it is stored already. A message that
 * reports something else about a stored transaction is another message.
 */
export async function storeReversalMessage(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  message: ReversalMessage,
  classification: Classification,
  reversal: StoredReversal,
): Promise<boolean> {
  const row = rowOf(checkout, message, classification, reversal);
  if ((await storeGatewayResult(checkout, clock, tx, row, classification)) !== undefined) return true;
  const { outcome, reason: heldReason } = classification;
  const stored = await findStoredResult(tx, { ...row, outcome });
  if (outcome !== "held" || saysTheSame(stored, { ...row, heldReason })) return false;
  const other = { ...row, transactionKey: `fields:${hashOf(row, message)}` };
  return (await storeGatewayResult(checkout, clock, tx, other, classification)) !== undefined;
}

/** Dismisses the held messages about a reversal's sale, with their events: what became of the reversal is known now. */
export async function dismissSales(
  checkout: CheckoutContext,
  tx: Tx,
  reversalId: string,
  done: { readonly resolvedAt: number; readonly note: string },
): Promise<void> {
  const dismissed = await dismissHeldSales(tx, reversalId, done);
  if (dismissed.length === 0) return;
  recordEvents(
    checkout,
    tx,
    done.resolvedAt,
    ...dismissed.map((held) => ["held_payment.dismissed", held] as const),
  );
}

function rowOf(
  checkout: CheckoutContext,
  { result, body, via, kind }: ReversalMessage,
  { outcome, reason }: Classification,
  { scope, paymentIntentId, expected }: StoredReversal,
): UnclassifiedResult {
  const row = { ...newGatewayResult(checkout, { result, scope, target: undefined }, { body, via }) };
  const named = { ...row, reversalId: expected.id };
  // A payment that was not requested is held as a payment, even if it arrived in place of a refund.
  if (outcome === "held" && !isRefundReason(reason ?? "refund_unknown")) return named;
  const about = { ...named, paymentIntentId, ...amountsOf(result, kind, expected, outcome) };
  if (!isOfSale(result, expected.sale)) return about;
  return { ...about, transactionKey: `${OF_SALE}${hashOf(named, { result })}`, xrefSealed: null };
}

/** The amounts of a reversal: requested by this service, and reversed as the gateway reports it. */
function amountsOf(
  result: GatewayResult,
  kind: MessageKind,
  expected: ExpectedReversal,
  outcome: Classification["outcome"],
): Pick<GatewayResultRow, "amount" | "amountReceived"> {
  const moved = outcome === "held" || outcome === "refunded";
  return {
    amount: expected.amount ?? result.amount ?? null,
    amountReceived: (moved ? amountReversed(result, kind, expected) : undefined) ?? null,
  };
}

function saysTheSame(stored: GatewayResultRow, row: Compared): boolean {
  return COMPARED.every((name) => (stored[name] ?? null) === (row[name] ?? null));
}

/** A later state alone is no news about the money. */
const COMPARED = ["reversalId", "heldReason", "amountReceived", "currencyCode"] as const;

type Compared = Partial<Pick<GatewayResultRow, (typeof COMPARED)[number]>>;

/** Over all fields that decide: a message that is sent again has a new time, but reports nothing new. */
function hashOf({ reversalId }: UnclassifiedResult, { result }: Pick<ReversalMessage, "result">): string {
  const { action, transactionUnique, orderRef, xref, transactionKey, responseCode, responseStatus } = result;
  const { state, amount, amountReceived, amountRetained, amountRefunded, currencyCode } = result;
  const names = [action, transactionUnique, orderRef, xref, transactionKey, responseCode, responseStatus];
  const sums = [state, amount, amountReceived, amountRetained, amountRefunded, currencyCode];
  const text = JSON.stringify([reversalId, ...names, ...sums].map((each) => each ?? null));
  return createHash("sha256").update(text).digest("base64url");
}
