import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { AttemptCertainty } from "../../domain/attempt-certainty.js";
import { flag, id, index, integer, optional, primary, time } from "../engine/columns.js";
import { deleteRows } from "../query/delete.js";
import { columnsWhere, placeholdersFor, type Select, selectRows } from "../query/select.js";
import { columnsOf, type PartOf } from "../query/table.js";
import { queueUpdate } from "../query/update.js";
import { queueUpsert } from "../query/upsert.js";
import { freeForUpdate, type Tx } from "../transaction.js";

/**
 * An attempt that may take money, until the gateway's final word on it: a session's from when its form is
 * given out, a direct charge from before it is sent. Its times are those of the merchant's clock, except for
 * the lease: processes follow real time.
 */
export interface PendingAttemptRow {
  /** The attempt's `transactionUnique`. */
  reference: string;
  /** The session or payment intent that the attempt pays. */
  targetId: string;
  merchantId: string;
  livemode: boolean;
  /** When its form was last given out, or its charge recorded, which is then sent. */
  givenAt: number;
  /** When the session's expiry becomes final; for a charge, a day later. */
  closesAt: number;
  /** Null once the service asks no more: a person has to. */
  nextAskAt: number | null;
  /** How many times a process took its turn to ask: shows whether one did since the row was read. */
  asked: number;
  askedAt: number | null;
  /** The result of asking last; null before. */
  certainty: AttemptCertainty | null;
  /** Since when it is in the operator's list; null if it is not. */
  unresolvedSince: number | null;
  /** Until when one process holds its lease; 0 if none does. */
  leasedUntil: number;
}

export const pendingAttempts = new EntitySchema<PendingAttemptRow>({
  name: "pending_attempt",
  synchronize: false,
  columns: {
    reference: primary(id()),
    targetId: id(),
    merchantId: id(),
    livemode: flag(),
    givenAt: time(),
    closesAt: time(),
    nextAskAt: optional(time()),
    asked: integer(),
    askedAt: optional(time()),
    certainty: optional(id()),
    unresolvedSince: optional(time()),
    leasedUntil: time(),
  },
  indices: [
    index("livemode", "nextAskAt"),
    index("merchantId", "livemode", "nextAskAt"),
    index("targetId"),
    index("unresolvedSince"),
  ],
});

/**
 * Records that an attempt's form is given out, for the first time or again, with the transaction's next statement
 * or its COMMIT.
 */
export function notePending(
  tx: Tx,
  row: Pick<PendingAttemptRow, "reference" | "targetId" | "merchantId" | "livemode">,
  times: Pick<PendingAttemptRow, "givenAt" | "closesAt" | "nextAskAt">,
): void {
  const never = { asked: 0, askedAt: null, certainty: null, unresolvedSince: null, leasedUntil: 0 };
  queueUpsert(tx, pendingAttempts, "reference", { ...row, ...times, ...never }, times);
}

/** All pending attempts of a session or payment intent, the oldest form first. */
export async function listPendingAttempts(db: EntityManager, targetId: string): Promise<PendingAttemptRow[]> {
  return oldestFirst(await selectRows(db, pendingAttempts, "WHERE target_id = ?", [targetId]));
}

const FOR_PAGE = columnsOf(pendingAttempts, "reference", "givenAt", "asked", "askedAt", "certainty");

/** A pending attempt as far as it decides about its session's page. */
export type PendingOfPage = PartOf<typeof FOR_PAGE>;

/** Selects what decides about the session's page, the oldest form first. */
export function pendingAttemptsOf(sessionId: string): Select<PendingOfPage[]> {
  const { sql, values, read } = columnsWhere(FOR_PAGE, "WHERE target_id = ?", [sessionId]);
  return { sql, values, read: (rows) => oldestFirst(read(rows)) };
}

/** They are too few to sort on the server. */
function oldestFirst<Row extends { readonly givenAt: number }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => a.givenAt - b.givenAt);
}

/**
 * Leases those of the attempts that no process has leased or asked about since they were read. Rows that
 * another process has locked are left out.
 */
export async function leaseAttempts(
  tx: Tx,
  wanted: readonly Pick<PendingAttemptRow, "reference" | "asked">[],
  now: number,
  until: number,
): Promise<PendingAttemptRow[]> {
  if (wanted.length === 0) return [];
  const seen = new Map(wanted.map((row) => [row.reference, row.asked]));
  const references = [...seen.keys()];
  const condition = `WHERE reference IN (${placeholdersFor(references)}) AND leased_until <= ?${freeForUpdate(tx)}`;
  const rows = await selectRows(tx, pendingAttempts, condition, [...references, now]);
  const free = rows.filter((row) => row.asked === seen.get(row.reference));
  for (const row of free) {
    queueUpdate(tx, pendingAttempts, { leasedUntil: until }, "reference = ?", [row.reference]);
    row.leasedUntil = until;
  }
  return free;
}

/** The fields that asking about an attempt changes. */
export type AskedChange = Pick<
  PendingAttemptRow,
  "nextAskAt" | "asked" | "askedAt" | "certainty" | "unresolvedSince"
>;

/**
 * Stores the result of asking and releases the lease, unless it has expired and another process holds it now;
 * with the transaction's next statement or its COMMIT.
 */
export function noteAsked(tx: Tx, row: PendingAttemptRow, change: AskedChange): void {
  const { reference, givenAt, leasedUntil } = row;
  // If the form was given out again meanwhile, its schedule began anew: that stays.
  const { nextAskAt, ...rest } = change;
  const leased = "reference = ? AND leased_until = ?";
  queueUpdate(tx, pendingAttempts, { nextAskAt }, `${leased} AND given_at = ?`, [
    reference,
    leasedUntil,
    givenAt,
  ]);
  queueUpdate(tx, pendingAttempts, { ...rest, leasedUntil: 0 }, leased, [reference, leasedUntil]);
}

/**
 * Ends asking about an attempt, since the gateway's word is final, unless its form was given out once more.
 */
export async function settleAttempt(tx: Tx, row: PendingAttemptRow): Promise<void> {
  const { reference, leasedUntil, givenAt } = row;
  const leased = "reference = ? AND leased_until = ? AND given_at = ?";
  await deleteRows(tx, pendingAttempts, leased, [reference, leasedUntil, givenAt]);
}

/** Removes an attempt whose outcome is final: no other transaction can come of it. */
export async function dropPending(tx: Tx, reference: string): Promise<void> {
  await deleteRows(tx, pendingAttempts, "reference = ?", [reference]);
}
