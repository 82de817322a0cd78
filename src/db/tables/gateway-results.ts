import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { AttemptReference } from "../../domain/attempt.js";
import type { Resolution } from "../../domain/held-payment.js";
import type { HeldReason, ResultOutcome } from "../../domain/classification.js";
import type { ReversalAction } from "../../domain/reversal-step.js";
import {
  bytes,
  flag,
  id,
  index,
  integer,
  optional,
  primary,
  text,
  time,
  uniqueIndex,
} from "../engine/columns.js";
import { isDuplicateKey } from "../engine/database-errors.js";
import { insertRows, queueInsert } from "../query/insert.js";
import { placeholdersFor, type Select, selectColumns, selectRows } from "../query/select.js";
import { columnsOf, type PartOf } from "../query/table.js";
import type { Tx } from "../transaction.js";

/**
 * How a result arrived: posted by the gateway (`callback`), by the shopper's browser (`return`), as the
 * response to a direct charge (`direct`), or to a QUERY about an `xref` from an earlier result (`query`) or
 * from the gateway's search (`search`). `nobody`: no result arrived, and the row is held for that reason; or
 * the row claims a transaction, see `claimTransaction`.
 */
export type ResultVia = "callback" | "return" | "direct" | "query" | "search" | "nobody";

/**
 * One verified message of the gateway, and its classification. Only the columns that decide are in plain
 * text.
 */
export interface GatewayResultRow {
  id: string;
  /** The merchant whose account signed it. */
  merchantId: string;
  livemode: boolean;
  /** Null if no session has its `transactionUnique`. */
  sessionId: string | null;
  /** The payment of the direct charge that it is about, or of the refund that it reports; null otherwise. */
  paymentIntentId: string | null;
  /**
   * Id of the refund (`re_`) or reversal of a held payment (`gr_`) that it reports; null if it reports
   * neither.
   */
  reversalId: string | null;
  /** Number of the attempt that it is about; null if it is about none of this service. */
  attempt: number | null;
  /** Which transaction it is about, see GatewayResult.transactionKey. */
  transactionKey: string;
  outcome: ResultOutcome;
  /** Why it is held; null for every other outcome. */
  heldReason: HeldReason | null;
  responseCode: number | null;
  responseStatus: number | null;
  amount: number | null;
  /** The amount received, in minor units; for a reversal, the amount that the gateway reports as reversed. */
  amountReceived: number | null;
  currencyCode: string;
  state: string;
  via: ResultVia;
  /** The gateway's reference of the transaction, and the whole message: sealed. */
  xrefSealed: Buffer | null;
  messageSealed: Buffer;
  receivedAt: number;
  /** When a person resolved a held result, and how; null until then. */
  resolvedAt: number | null;
  resolution: Resolution | null;
  note: string | null;
  /**
   * The action requested of the gateway to reverse the money; null if none was, or the gateway has refused.
   */
  reversalAction: ReversalAction | null;
  /** The call that reverses the money now, and until when it holds the lease; null if none does. */
  leaseId: string | null;
  leasedUntil: number | null;
}

/** A new result: not resolved by a person yet, and without a reversal. */
export type NewGatewayResult = Omit<
  GatewayResultRow,
  "resolvedAt" | "resolution" | "note" | "reversalAction" | "leaseId" | "leasedUntil" | "reversalId"
> &
  Partial<Pick<GatewayResultRow, "reversalId">>;

export const gatewayResults = new EntitySchema<GatewayResultRow>({
  name: "gateway_result",
  synchronize: false,
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    sessionId: optional(id()),
    paymentIntentId: optional(id()),
    reversalId: optional(id()),
    attempt: optional(integer()),
    transactionKey: id(),
    outcome: id(),
    heldReason: optional(id()),
    responseCode: optional(integer()),
    responseStatus: optional(integer()),
    amount: optional(integer()),
    amountReceived: optional(integer()),
    currencyCode: text(16),
    state: text(32),
    via: id(),
    xrefSealed: optional(bytes()),
    messageSealed: bytes(),
    receivedAt: time(),
    resolvedAt: optional(time()),
    resolution: optional(id()),
    note: optional(text(1000)),
    reversalAction: optional(id()),
    leaseId: optional(id()),
    leasedUntil: optional(time()),
  },
  indices: [
    uniqueIndex("merchantId", "livemode", "transactionKey", "outcome"),
    index("merchantId", "livemode", "outcome", "id"),
    index("outcome", "resolvedAt"),
    index("paymentIntentId", "outcome"),
    index("reversalId", "outcome"),
    index("sessionId", "outcome"),
  ],
});

/**
 * Stores a result. False if the account already has one of this transaction with this outcome: an equal
 * message arrived before. It inserts first and relies on the unique key: a locking search for an absent row
 * would deadlock.
 */
export async function insertGatewayResult(tx: Tx, row: NewGatewayResult): Promise<boolean> {
  try {
    await insertRows(tx, gatewayResults, row);
    return true;
  } catch (error) {
    if (isStoredBefore(error)) return false;
    throw error;
  }
}

/**
 * Stores a result with the transaction's next statement, or its COMMIT, which throws if an equal message
 * arrived before.
 */
export function queueGatewayResultRow(tx: Tx, row: NewGatewayResult): void {
  queueInsert(tx, gatewayResults, row);
}

/** Whether a result could not be stored because an equal message arrived before. */
export function isStoredBefore(error: unknown): boolean {
  return isDuplicateKey(error, UNIQUE_RESULT);
}

const UNIQUE_RESULT = "gateway_result_merchant_id_livemode_transaction_key_outcome";

/** The results with these ids, in any order. */
export async function findGatewayResults(
  db: EntityManager,
  ids: readonly string[],
): Promise<GatewayResultRow[]> {
  if (ids.length === 0) return [];
  return await selectRows(db, gatewayResults, `WHERE id IN (${placeholdersFor(ids)})`, ids);
}

/** Selects whether a held result of the session waits for a person. */
export function unresolvedHeldResult(sessionId: string): Select<boolean> {
  const sql =
    "SELECT id FROM `gateway_result` WHERE session_id = ? AND outcome = 'held' AND resolved_at IS NULL LIMIT 1";
  return { sql, values: [sessionId], read: (rows) => rows.length > 0 };
}

/** Selects whether a held result of the payment intent waits for a person. */
export function unresolvedHeldResultOfIntent(intentId: string): Select<boolean> {
  const sql =
    "SELECT id FROM `gateway_result` WHERE payment_intent_id = ? AND outcome = 'held' AND resolved_at IS NULL LIMIT 1";
  return { sql, values: [intentId], read: (rows) => rows.length > 0 };
}

const OF_ATTEMPT = columnsOf(
  gatewayResults,
  "id",
  "outcome",
  "transactionKey",
  "responseCode",
  "state",
  "xrefSealed",
);

/** A gateway result of an attempt, as far as reconciliation needs it. */
export type AttemptResult = PartOf<typeof OF_ATTEMPT>;

/** The oldest first. There are few, and no index has them in this order: they are sorted here. */
export async function listResultsOfAttempt(
  db: EntityManager,
  { kind, targetId, attempt }: AttemptReference,
): Promise<AttemptResult[]> {
  const target = kind === "session" ? "session_id" : "payment_intent_id";
  const condition = `WHERE ${target} = ? AND attempt = ? AND via <> 'nobody'`;
  const results = await selectColumns(db, OF_ATTEMPT, condition, [targetId, attempt]);
  return results.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

const OF_LIST = columnsOf(gatewayResults, "id", "outcome", "transactionKey");

/** A gateway result of a session, as far as the list of its attempts needs it. */
export type AttemptOfList = PartOf<typeof OF_LIST>;

/** What the gateway has reported of a session's payments, the oldest first; not what it has of money that went back. */
export async function listResultsOfSession(db: EntityManager, sessionId: string): Promise<AttemptOfList[]> {
  const condition =
    "WHERE session_id = ? AND via <> 'nobody' AND reversal_id IS NULL AND outcome <> 'refunded'";
  const results = await selectColumns(db, OF_LIST, condition, [sessionId]);
  return results.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

const OUTCOME = columnsOf(gatewayResults, "outcome");

/** The outcome of the session's newest result. Undefined if there is none. */
export async function findNewestOutcome(
  db: EntityManager,
  sessionId: string,
): Promise<ResultOutcome | undefined> {
  const condition = "WHERE session_id = ? ORDER BY id DESC LIMIT 1";
  const [newest] = await selectColumns(db, OUTCOME, condition, [sessionId]);
  return newest?.outcome;
}
