import type { EntityManager } from "typeorm";

import { type GatewayResultRow, gatewayResults } from "./gateway-results.js";
import type { Tx } from "../transaction.js";

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
 * Resolves the held results about the sale itself, since its outcome is known now. Those with a transaction
 * of their own stay: it may have moved money besides.
 */
export async function dismissHeldSales(
  tx: Tx,
  reversalId: string,
  done: Pick<GatewayResultRow, "resolvedAt" | "note">,
): Promise<void> {
  await tx
    .createQueryBuilder()
    .update(gatewayResults)
    .set({ ...done, resolution: "dismiss" })
    .where("reversal_id = :reversalId AND outcome = 'held' AND resolved_at IS NULL", { reversalId })
    .andWhere("transaction_key LIKE :ofSale", { ofSale: `${OF_SALE}%` })
    .updateEntity(false)
    .execute();
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
