import type { EntityManager, SelectQueryBuilder } from "typeorm";

import type { AttemptReference } from "../../domain/attempt.js";
import type { HeldReason } from "../../domain/classification.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { isId } from "../../lib/ids.js";
import { type GatewayResultRow, gatewayResults } from "./gateway-results.js";
import type { ListPage } from "../query/list-page.js";
import { pageQuery } from "../query/list-query.js";
import { lockForUpdate, type Tx } from "../transaction.js";

/** A held gateway result, resolved or not. */
export type HeldPaymentRow = GatewayResultRow & { heldReason: HeldReason };

/** The held payment with exactly this id, of any merchant. */
export async function findHeldPayment(db: EntityManager, id: string): Promise<HeldPaymentRow | undefined> {
  if (!isId("gr", id)) return undefined;
  return (await held(db).andWhere("r.id = :id", { id }).getOne()) ?? undefined;
}

/**
 * Reads and locks the held payment until the transaction ends. Throws if it is absent: none is ever deleted.
 */
export async function lockHeldPayment(tx: Tx, id: string): Promise<HeldPaymentRow> {
  return await lockForUpdate(held(tx).andWhere("r.id = :id", { id })).getOneOrFail();
}

/**
 * Reads and locks the held payments of a session or payment intent whose reversal has started or is done.
 * Only for one that has or had such a held payment: a locking search for absent rows would block inserts of
 * others.
 */
export async function lockReversalsOf(
  tx: Tx,
  { kind, targetId }: Pick<AttemptReference, "kind" | "targetId">,
  now: number,
): Promise<HeldPaymentRow[]> {
  const target = kind === "session" ? "r.sessionId" : "r.paymentIntentId";
  const query = held(tx)
    .andWhere(`${target} = :targetId`, { targetId })
    .andWhere("(r.resolution = 'return' OR r.reversalAction IS NOT NULL OR r.leasedUntil > :now)", {
      now,
    });
  return await lockForUpdate(query).getMany();
}

/** One page of a merchant's held payments by age: the newest first, or after `newerThan` the oldest first. */
export async function listHeldPayments(
  db: EntityManager,
  scope: MerchantScope,
  resolved: boolean | undefined,
  page: ListPage,
): Promise<HeldPaymentRow[]> {
  const index = "merchant_id_livemode_outcome_id";
  const query = onlyHeld(pageQuery(db, { rows: gatewayResults, alias: "r", index }, scope, page));
  whereResolved(query, resolved);
  return await query.getMany();
}

/** The held payments of all merchants, the oldest first: for the operator. */
export async function listHeldPaymentsOfAll(
  db: EntityManager,
  resolved: boolean | undefined,
  limit: number,
): Promise<HeldPaymentRow[]> {
  const query = held(db);
  whereResolved(query, resolved);
  return await query.orderBy("r.id").limit(limit).getMany();
}

/** How many held payments of all merchants are unresolved. */
export async function countUnresolvedHeldPayments(db: EntityManager): Promise<number> {
  const query = held(db);
  whereResolved(query, false);
  return await query.getCount();
}

/**
 * True if the held payment's transaction pays a session or charge: another message has completed one with it,
 * or another held payment was accepted.
 */
export async function paysSession(
  db: EntityManager,
  { id, merchantId, livemode, transactionKey }: HeldPaymentRow,
): Promise<boolean> {
  const query = db
    .createQueryBuilder(gatewayResults, "r")
    .select("r.id")
    .where("r.merchantId = :merchantId AND r.livemode = :livemode", {
      merchantId,
      livemode: livemode ? 1 : 0,
    })
    .andWhere("r.transactionKey = :transactionKey AND r.outcome = 'completed'", { transactionKey })
    // A claim of its own does not count, see `claimTransaction`.
    .andWhere("(r.reversalId IS NULL OR r.reversalId <> :id)", { id });
  return (await query.getOne()) !== null;
}

/** The fields of a held payment that resolving it changes. */
export type HeldPaymentChange = Partial<
  Pick<GatewayResultRow, "resolvedAt" | "resolution" | "note" | "reversalAction" | "leaseId" | "leasedUntil">
>;

/**
 * Changes a held payment; with `lease`, only while that lease is still held. False if nothing was changed.
 */
export async function changeHeldPayment(
  tx: Tx,
  id: string,
  change: HeldPaymentChange,
  lease?: string,
): Promise<boolean> {
  const query = tx.createQueryBuilder().update(gatewayResults).set(change).where("id = :id", { id });
  if (lease !== undefined) query.andWhere("lease_id = :lease", { lease });
  return (await query.updateEntity(false).execute()).affected === 1;
}

/** What a later message of the gateway says about a held payment's transaction. */
export type LaterMessage = Pick<
  GatewayResultRow,
  "responseCode" | "responseStatus" | "amount" | "amountReceived" | "currencyCode" | "state" | "messageSealed"
>;

/** Replaces the stored message, or some of what it reports, by the gateway's later one. */
export async function renewHeldPayment(tx: Tx, id: string, word: Partial<LaterMessage>): Promise<void> {
  const query = tx.createQueryBuilder().update(gatewayResults).set(word).where("id = :id", { id });
  await query.updateEntity(false).execute();
}

/** A result has a `heldReason` exactly if it is held. */
function held(db: EntityManager): SelectQueryBuilder<HeldPaymentRow> {
  return onlyHeld(db.createQueryBuilder(gatewayResults, "r"));
}

function onlyHeld(query: SelectQueryBuilder<GatewayResultRow>): SelectQueryBuilder<HeldPaymentRow> {
  return query.andWhere("r.outcome = 'held'") as SelectQueryBuilder<HeldPaymentRow>;
}

function whereResolved(query: SelectQueryBuilder<HeldPaymentRow>, resolved: boolean | undefined): void {
  if (resolved === undefined) return;
  query.andWhere(resolved ? "r.resolvedAt IS NOT NULL" : "r.resolvedAt IS NULL");
}
