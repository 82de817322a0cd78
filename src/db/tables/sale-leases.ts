import { type GatewayResultRow, gatewayResults } from "./gateway-results.js";
import { lockForUpdate, type Tx } from "../transaction.js";

/** A transaction at the gateway, as results tell of it: there is at least one. */
export type NamedTransaction = Pick<GatewayResultRow, "merchantId" | "livemode" | "transactionKey">;

/**
 * Takes a transaction's money for one call until `until`: nobody else moves it before. False where somebody has it.
 *
 * The claim stands in every result about the transaction. So a refund of a payment and the return of a held result of the
 * same transaction are in each other's way, as they must be; those of two transactions are not.
 */
export async function claimTransaction(
  tx: Tx,
  transaction: NamedTransaction,
  { claim, now, until }: { readonly claim: string; readonly now: number; readonly until: number },
): Promise<boolean> {
  const rows = await lockResults(tx, transaction);
  const taken = rows.some(
    ({ returnClaim, returnClaimUntil }) => returnClaim !== claim && (returnClaimUntil ?? 0) > now,
  );
  if (!taken) await write(tx, transaction, { returnClaim: claim, returnClaimUntil: until });
  return !taken;
}

/** True where the claim still stands, which it then does until the transaction of the database ends. */
export async function holdsClaim(tx: Tx, transaction: NamedTransaction, claim: string): Promise<boolean> {
  return (await lockResults(tx, transaction)).some(({ returnClaim }) => returnClaim === claim);
}

/** Gives the claim up, if it still stands. */
export async function releaseTransaction(
  tx: Tx,
  transaction: NamedTransaction,
  claim: string,
): Promise<void> {
  await write(tx, transaction, { returnClaim: null, returnClaimUntil: null }, claim);
}

const OF_TRANSACTION =
  "merchant_id = :merchantId AND livemode = :livemode AND transaction_key = :transactionKey";

function namesOf({ merchantId, livemode, transactionKey }: NamedTransaction) {
  return { merchantId, livemode: livemode ? 1 : 0, transactionKey };
}

async function lockResults(tx: Tx, transaction: NamedTransaction): Promise<GatewayResultRow[]> {
  const query = tx
    .createQueryBuilder(gatewayResults, "r")
    .select(["r.id", "r.returnClaim", "r.returnClaimUntil"])
    .where(OF_TRANSACTION, namesOf(transaction));
  return await lockForUpdate(query).getMany();
}

async function write(
  tx: Tx,
  transaction: NamedTransaction,
  change: Pick<GatewayResultRow, "returnClaim" | "returnClaimUntil">,
  claim?: string,
): Promise<void> {
  const query = tx
    .createQueryBuilder()
    .update(gatewayResults)
    .set(change)
    .where(OF_TRANSACTION, namesOf(transaction));
  if (claim !== undefined) query.andWhere("return_claim = :claim", { claim });
  await query.updateEntity(false).execute();
}
