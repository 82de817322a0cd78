import type { Database } from "../../db/engine/database.js";
import { findHeldPayment, type HeldPaymentRow } from "../../db/tables/held-payments.js";
import { findRefund, type RefundRow } from "../../db/tables/refunds.js";
import { reversalNamed } from "../../domain/refund.js";

/**
 * The refund, or the held payment being reversed, that a reference at the gateway names; both are undefined
 * if there is none.
 */
export interface FoundReversal {
  readonly refund?: RefundRow | undefined;
  readonly returned?: HeldPaymentRow | undefined;
}

/** Finds the reversal that a reference at the gateway names, of any merchant. */
export async function findReversal(
  { db }: { readonly db: Pick<Database, "manager"> },
  reference: string,
): Promise<FoundReversal> {
  const kind = reversalNamed(reference);
  if (kind === undefined) return {};
  if (kind === "refund") return { refund: await findRefund(db.manager, reference) };
  return { returned: await findHeldPayment(db.manager, reference) };
}
