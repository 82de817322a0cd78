import { sandboxTransactions } from "./sandbox-transactions.js";
import type { Tx } from "../../db/transaction.js";

/** The transactions that move from one state to the next, and when. */
export interface SandboxMove {
  readonly gatewayMerchantId: string;
  /** "" for all of the merchant's. */
  readonly xref: string;
  readonly from: string;
  readonly to: string;
  readonly changedAt: number;
  readonly action?: string;
  /** In minor units, both ends included. */
  readonly amounts?: { readonly from: number; readonly to: number };
}

/** Moves transactions of the sandbox gateway to their next state, and returns how many there were. */
export async function moveSandboxTransactions(
  tx: Tx,
  { gatewayMerchantId, xref, from, to, changedAt, action, amounts }: SandboxMove,
): Promise<number> {
  const update = tx
    .createQueryBuilder()
    .update(sandboxTransactions)
    .set({ state: to, changedAt })
    .where("gateway_merchant_id = :gatewayMerchantId AND state = :from", { gatewayMerchantId, from });
  if (xref !== "") update.andWhere("xref = :xref", { xref });
  if (action !== undefined) update.andWhere("action = :action", { action });
  if (amounts !== undefined) {
    update.andWhere("amount BETWEEN :lowest AND :highest", { lowest: amounts.from, highest: amounts.to });
  }
  const { affected } = await update.updateEntity(false).execute();
  return affected ?? 0;
}
