import { newId } from "../../lib/ids.js";
import { type GatewayResultRow, gatewayResults, insertGatewayResult } from "./gateway-results.js";
import type { HeldPaymentRow } from "./held-payments.js";
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
