import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { SettlementDoubt } from "../../domain/settlement/settlement.js";
import { flag, id, index, integer, optional, primary, time } from "../engine/columns.js";
import { deleteRows } from "../query/delete.js";
import { queueInsert } from "../query/insert.js";
import { placeholdersFor, selectRows } from "../query/select.js";
import { queueUpdate, updateRows } from "../query/update.js";
import { freeForUpdate, type Tx } from "../transaction.js";

/**
 * A succeeded payment whose settlement is not known. Its times are those of the merchant's clock, except for the lease:
 * processes follow real time.
 */
export interface PendingSettlementRow {
  paymentIntentId: string;
  merchantId: string;
  livemode: boolean;
  paidAt: number;
  /** Null once the service asks no more: a person has to. */
  nextAskAt: number | null;
  /** How many times the gateway was asked: shows whether a process did since the row was read. */
  asked: number;
  /** What the gateway said last; null before. */
  doubt: SettlementDoubt | null;
  /** Since when it is in the operator's list; null if it is not. */
  unresolvedSince: number | null;
  /** Until when one process holds its lease; 0 if none does. */
  leasedUntil: number;
}

export const pendingSettlements = new EntitySchema<PendingSettlementRow>({
  name: "pending_settlement",
  synchronize: false,
  columns: {
    paymentIntentId: primary(id()),
    merchantId: id(),
    livemode: flag(),
    paidAt: time(),
    nextAskAt: optional(time()),
    asked: integer(),
    doubt: optional(id()),
    unresolvedSince: optional(time()),
    leasedUntil: time(),
  },
  indices: [
    index("livemode", "nextAskAt"),
    index("merchantId", "livemode", "nextAskAt"),
    index("unresolvedSince"),
  ],
});

/** Begins to follow a payment's settlement, with the transaction's next statement or its COMMIT. */
export function queuePendingSettlement(
  tx: Tx,
  { id: paymentIntentId, merchantId, livemode }: MerchantScope & { readonly id: string },
  times: Pick<PendingSettlementRow, "paidAt" | "nextAskAt">,
): void {
  const never = { asked: 0, doubt: null, unresolvedSince: null, leasedUntil: 0 };
  queueInsert(tx, pendingSettlements, { paymentIntentId, merchantId, livemode, ...times, ...never });
}

/**
 * Leases those of the settlements that no process has leased or asked about since they were read. Rows that another
 * process has locked are left out.
 */
export async function leaseSettlements(
  tx: Tx,
  wanted: readonly PendingSettlementRow[],
  now: number,
  until: number,
): Promise<PendingSettlementRow[]> {
  if (wanted.length === 0) return [];
  const seen = new Map(wanted.map((row) => [row.paymentIntentId, row.asked]));
  const ids = [...seen.keys()];
  const condition = `WHERE payment_intent_id IN (${placeholdersFor(ids)}) AND leased_until <= ?${freeForUpdate(tx)}`;
  const rows = await selectRows(tx, pendingSettlements, condition, [...ids, now]);
  const free = rows.filter((row) => row.asked === seen.get(row.paymentIntentId));
  for (const row of free) {
    queueUpdate(tx, pendingSettlements, { leasedUntil: until }, "payment_intent_id = ?", [
      row.paymentIntentId,
    ]);
    row.leasedUntil = until;
  }
  return free;
}

/** Stores what came of asking and gives the lease back. False if another process holds it now. */
export async function noteSettlementAsked(
  tx: Tx,
  { paymentIntentId, leasedUntil, asked }: PendingSettlementRow,
  change: Pick<PendingSettlementRow, "nextAskAt" | "doubt" | "unresolvedSince">,
): Promise<boolean> {
  const leased = "payment_intent_id = ? AND leased_until = ?";
  const done = { ...change, asked: asked + 1, leasedUntil: 0 };
  return (await updateRows(tx, pendingSettlements, done, leased, [paymentIntentId, leasedUntil])) === 1;
}

/** Ends following a payment's settlement: it is known. */
export async function dropPendingSettlement(tx: Tx, paymentIntentId: string): Promise<void> {
  await deleteRows(tx, pendingSettlements, "payment_intent_id = ?", [paymentIntentId]);
}

/** Has a settlement asked about at once, unless it is asked about no more: something has spoken against it. */
export async function askSettlementNow(tx: Tx, paymentIntentId: string, now: number): Promise<void> {
  const isLater = "payment_intent_id = ? AND next_ask_at > ?";
  await updateRows(tx, pendingSettlements, { nextAskAt: now }, isLater, [paymentIntentId, now]);
}
