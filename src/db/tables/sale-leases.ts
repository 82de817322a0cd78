import { type GatewayResultRow, gatewayResults } from "./gateway-results.js";
import { lockForUpdate, type Tx } from "../transaction.js";

/** A transaction at the gateway, as results tell of it: there is at least one. */
export type LeasedSale = Pick<GatewayResultRow, "merchantId" | "livemode" | "transactionKey">;

/**
 * Takes a transaction's money for one call until `until`: nobody else moves it before. False where somebody
 * has it.
 *
 * The claim stands in every result about the transaction. So a refund of a payment and the return of a held
 * result of the same transaction are in each other's way, as they must be; those of two transactions are not.
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

/** True where the claim still stands, which it then does until the transaction of the database ends. */
export async function holdsLease(tx: Tx, transaction: LeasedSale, lease: string): Promise<boolean> {
  return (await lockResults(tx, transaction)).some(({ leaseId }) => leaseId === lease);
}

/** Gives the claim up, if it still stands. */
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
