import { type GatewayResultRow, gatewayResults } from "./gateway-results.js";
import { lockForUpdate, type Tx } from "../transaction.js";

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
