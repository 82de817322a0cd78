import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { AttemptReference } from "../../domain/attempt-reference.js";
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
import type { Tx } from "../transaction.js";

/**
 * How a result came: by the gateway's own post, by the shopper's browser, as the answer to a charge of ours
 * (`direct`), or to a QUERY about an `xref` that a result had brought (`query`) or that the gateway's search
 * had found (`search`). `nobody`: it did not come, and is held for that.
 */
export type ResultVia = "callback" | "return" | "direct" | "query" | "search" | "nobody";

/** One verified message of the gateway, and what it was taken for. Only what decides is in clear. */
export interface GatewayResultRow {
  id: string;
  /** The account that signed it. */
  merchantId: string;
  livemode: boolean;
  /** Null where no session of ours has its `transactionUnique`. */
  sessionId: string | null;
  /** The direct charge of ours that it is about, or the payment whose refund it tells of; null otherwise. */
  paymentIntentId: string | null;
  /**
   * Id of the refund (`re_`), or of the held payment that is returned (`gr_`), that it tells of; null where
   * of none.
   */
  reversalId: string | null;
  /** Number of the attempt that it is about; null where it is about none of ours. */
  attempt: number | null;
  /** Which transaction it is about, see GatewayResult.transactionKey. */
  transactionKey: string;
  outcome: ResultOutcome;
  /** Why it is held; null for every other outcome. */
  heldReason: HeldReason | null;
  responseCode: number | null;
  responseStatus: number | null;
  amount: number | null;
  /** What was received; of money that goes back, what the gateway says went back. */
  amountReceived: number | null;
  currencyCode: string;
  state: string;
  via: ResultVia;
  /** The gateway's reference of the transaction, and the whole message: sealed. */
  xrefSealed: Buffer | null;
  messageSealed: Buffer;
  receivedAt: number;
  /** When a person decided about a held result, and what; null until then. */
  resolvedAt: number | null;
  resolution: Resolution | null;
  note: string | null;
  /** What the gateway was told in order to give the money back; null where it was told nothing, or has refused. */
  reversalAction: ReversalAction | null;
  /** Which call is giving the money back now, and until when it has the right to; null where none is. */
  leaseId: string | null;
  leasedUntil: number | null;
}

/** A result that comes in: no person has decided anything about it yet, and no money goes back. */
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
 * Stores a result. False where the account has one of this transaction with this outcome already: an equal message came
 * before. Insert first and let the unique key speak: looking for an absent row would deadlock.
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

/** The same with the transaction's next statement, or its COMMIT: that one fails where an equal message came before. */
export function queueGatewayResultRow(tx: Tx, row: NewGatewayResult): void {
  queueInsert(tx, gatewayResults, row);
}

/** Whether a result could not be stored because an equal message came before. */
export function isStoredBefore(error: unknown): boolean {
  return isDuplicateKey(error, UNIQUE_RESULT);
}

const UNIQUE_RESULT = "gateway_result_merchant_id_livemode_transaction_key_outcome";

/** The results with these ids, in no order. */
export async function findGatewayResults(
  db: EntityManager,
  ids: readonly string[],
): Promise<GatewayResultRow[]> {
  if (ids.length === 0) return [];
  return await db.createQueryBuilder(gatewayResults, "r").where("r.id IN (:...ids)", { ids }).getMany();
}

/** True while a held result of the session waits for a person. */
export async function hasUnresolvedHeldResult(db: EntityManager, sessionId: string): Promise<boolean> {
  const query = db
    .createQueryBuilder(gatewayResults, "r")
    .select("r.id")
    .where("r.sessionId = :sessionId AND r.outcome = 'held' AND r.resolvedAt IS NULL", { sessionId });
  return (await query.limit(1).getOne()) !== null;
}

/** What the gateway's results of an attempt say, the oldest first. */
export type AttemptResult = Pick<
  GatewayResultRow,
  "id" | "outcome" | "transactionKey" | "responseCode" | "state" | "xrefSealed"
>;

export async function listResultsOfAttempt(
  db: EntityManager,
  { kind, targetId, attempt }: AttemptReference,
): Promise<AttemptResult[]> {
  const target = kind === "session" ? "r.sessionId" : "r.paymentIntentId";
  return await db
    .createQueryBuilder(gatewayResults, "r")
    .select(["r.id", "r.outcome", "r.transactionKey", "r.responseCode", "r.state", "r.xrefSealed"])
    .where(`${target} = :targetId AND r.attempt = :attempt AND r.via <> 'nobody'`, { targetId, attempt })
    .orderBy("r.id")
    .getMany();
}

/** What the newest result of the session was taken for. Undefined where there is none. */
export async function findNewestOutcome(
  db: EntityManager,
  sessionId: string,
): Promise<ResultOutcome | undefined> {
  const query = db
    .createQueryBuilder(gatewayResults, "r")
    .select(["r.id", "r.outcome"])
    .where("r.sessionId = :sessionId", { sessionId })
    .orderBy("r.id", "DESC");
  return (await query.limit(1).getOne())?.outcome;
}
