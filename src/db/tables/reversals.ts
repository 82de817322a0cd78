import type { EntityManager } from "typeorm";

import { newId } from "../../lib/ids.js";
import { type Tx, lockForUpdate } from "../transaction.js";
import { type GatewayResultRow, gatewayResults, insertGatewayResult } from "./gateway-results.js";
import { changeHeldPayment, type HeldPaymentRow } from "./held-payments.js";

/** The results that count as made by the reversal: as they arrived, or as a person accepted them. */
export async function listTransactionsOfReversal(db: EntityManager, reversalId: string): Promise<string[]> {
  const rows = await db
    .createQueryBuilder(gatewayResults, "r")
    .select(["r.id", "r.transactionKey"])
    .where("r.reversalId = :reversalId", { reversalId })
    .andWhere("(r.outcome = 'refunded' OR (r.outcome = 'held' AND r.resolution = 'accept'))")
    .orderBy("r.id")
    .getMany();
  return rows.map(({ transactionKey }) => transactionKey).filter((key) => !key.startsWith(OF_SALE));
}

/**
 * Id of the oldest unresolved held result about the reversal. While there is one, the reversal is neither
 * ended nor sent.
 */
export async function findHeldReversal(db: EntityManager, reversalId: string): Promise<string | undefined> {
  const row = await db
    .createQueryBuilder(gatewayResults, "r")
    .select(["r.id"])
    .where("r.reversalId = :reversalId AND r.outcome = 'held' AND r.resolvedAt IS NULL", { reversalId })
    .orderBy("r.id")
    .limit(1)
    .getOne();
  return row?.id;
}

/**
 * Dismisses the held results about the sale itself, since its outcome is known now; returns them as they are then.
 * Those with a transaction of their own stay: it may have moved money besides.
 */
export async function dismissHeldSales(
  tx: Tx,
  reversalId: string,
  done: Pick<GatewayResultRow, "resolvedAt" | "note">,
): Promise<GatewayResultRow[]> {
  const query = tx
    .createQueryBuilder(gatewayResults, "r")
    .where("r.reversalId = :reversalId AND r.outcome = 'held' AND r.resolvedAt IS NULL", { reversalId })
    .andWhere("r.transactionKey LIKE :ofSale", { ofSale: `${OF_SALE}%` })
    .orderBy("r.id");
  const rows = await lockForUpdate(query).getMany();
  const change = { ...done, resolution: "dismiss" } as const;
  const dismissed: GatewayResultRow[] = [];
  for (const row of rows) {
    await changeHeldPayment(tx, row.id, change);
    dismissed.push({ ...row, ...change });
  }
  return dismissed;
}

/**
 * The stored result with this key and outcome. Only for one that exists: a locking search for an absent row
 * would block inserts of others.
 */
export async function findStoredResult(
  tx: Tx,
  { merchantId, livemode, transactionKey, outcome }: StoredName,
): Promise<GatewayResultRow> {
  return await tx
    .createQueryBuilder(gatewayResults, "r")
    .where("r.merchantId = :merchantId AND r.livemode = :livemode", {
      merchantId,
      livemode: livemode ? 1 : 0,
    })
    .andWhere("r.transactionKey = :transactionKey AND r.outcome = :outcome", { transactionKey, outcome })
    .getOneOrFail();
}

type StoredName = Pick<GatewayResultRow, "merchantId" | "livemode" | "transactionKey" | "outcome">;

/** Prefix of the key of a result about the sale, rather than about a transaction of the reversal's own. */
export const OF_SALE = "reversal:";

/** A transaction at the gateway, known by at least one result. */
export type LeasedSale = Pick<GatewayResultRow, "merchantId" | "livemode" | "transactionKey">;

/**
 * Leases a transaction's money to one call until `until`: no other call moves it before. False if another
 * call holds the lease.
 *
 * The lease is stored in every result about the transaction. So a refund of a payment and the reversal of a
 * held result of one transaction exclude each other, as they must; those of two transactions do not.
 */
export async function leaseSale(
  tx: Tx,
  transaction: LeasedSale,
  { lease, now, until }: { readonly lease: string; readonly now: number; readonly until: number },
): Promise<boolean> {
  const rows = await lockResults(tx, transaction);
  const taken = rows.some(({ leaseId, leasedUntil }) => leaseId !== lease && (leasedUntil ?? 0) > now);
  if (!taken) await write(tx, transaction, { leaseId: lease, leasedUntil: until });
  return !taken;
}

/** True if the lease is still held, which it then is until the database transaction ends. */
export async function holdsLease(tx: Tx, transaction: LeasedSale, lease: string): Promise<boolean> {
  return (await lockResults(tx, transaction)).some(({ leaseId }) => leaseId === lease);
}

/** Releases the lease, if it is still held. */
export async function releaseSale(tx: Tx, transaction: LeasedSale, lease: string): Promise<void> {
  await write(tx, transaction, { leaseId: null, leasedUntil: null }, lease);
}

/**
 * Claims a transaction for a held payment that is accepted, or whose money is to be returned. From then on no
 * message of the gateway completes a session or a charge with the transaction, to whichever it gives it, and
 * no other held payment claims it. False if it has paid already, or another held payment has claimed it.
 *
 * A claim is stored as the transaction's `completed` result, of which the unique key allows one: so a result
 * that pays finds it without a search of its own.
 */
export async function claimTransaction(
  tx: Tx,
  held: HeldPaymentRow,
  transactionKey: string,
  now: number,
): Promise<boolean> {
  const { id, merchantId, livemode, xrefSealed, messageSealed, currencyCode, state } = held;
  const said = { merchantId, livemode, transactionKey, xrefSealed, messageSealed, currencyCode, state };
  const stored = await insertGatewayResult(tx, {
    ...said,
    id: newId("gr", now),
    sessionId: null,
    paymentIntentId: null,
    reversalId: id,
    attempt: null,
    outcome: "completed",
    heldReason: null,
    responseCode: held.responseCode,
    responseStatus: held.responseStatus,
    amount: held.amount,
    amountReceived: held.amountReceived,
    via: "nobody",
    receivedAt: now,
  });
  return stored || (await isClaimedBy(tx, held, transactionKey));
}

/** Gives up a held payment's claims. */
export async function dropClaims(tx: Tx, { id }: Pick<HeldPaymentRow, "id">): Promise<void> {
  await tx.createQueryBuilder().delete().from(gatewayResults).where(OF_CLAIM, { id }).execute();
}

const OF_CLAIM = "reversal_id = :id AND outcome = 'completed' AND via = 'nobody'";

/** An earlier attempt to return the money, whose outcome is unknown, has claimed it. */
async function isClaimedBy(
  tx: Tx,
  { id, ...held }: HeldPaymentRow,
  transactionKey: string,
): Promise<boolean> {
  const query = tx
    .createQueryBuilder(gatewayResults, "r")
    .select("r.id")
    .where(OF_CLAIM, { id })
    .andWhere(OF_TRANSACTION, namesOf({ ...held, transactionKey }));
  return (await query.getOne()) !== null;
}

const OF_TRANSACTION =
  "merchant_id = :merchantId AND livemode = :livemode AND transaction_key = :transactionKey";

function namesOf({ merchantId, livemode, transactionKey }: LeasedSale) {
  return { merchantId, livemode: livemode ? 1 : 0, transactionKey };
}

async function lockResults(tx: Tx, transaction: LeasedSale): Promise<GatewayResultRow[]> {
  const query = tx
    .createQueryBuilder(gatewayResults, "r")
    .select(["r.id", "r.leaseId", "r.leasedUntil"])
    .where(OF_TRANSACTION, namesOf(transaction));
  return await lockForUpdate(query).getMany();
}

async function write(
  tx: Tx,
  transaction: LeasedSale,
  change: Pick<GatewayResultRow, "leaseId" | "leasedUntil">,
  lease?: string,
): Promise<void> {
  const query = tx
    .createQueryBuilder()
    .update(gatewayResults)
    .set(change)
    .where(OF_TRANSACTION, namesOf(transaction));
  if (lease !== undefined) query.andWhere("lease_id = :lease", { lease });
  await query.updateEntity(false).execute();
}
