import type { Database } from "../../db/engine/database.js";
import { findHeldPayment, type HeldPaymentRow } from "../../db/tables/held-payments.js";
import { findRefund, type RefundRow } from "../../db/tables/refunds.js";
import { reversalNamed } from "../../domain/refund.js";

/**
 * The refund, or the held payment that is returned, under whose name the gateway gives money back; neither
 * where none is.
 */
export interface FoundReversal {
  readonly refund?: RefundRow | undefined;
  readonly returned?: HeldPaymentRow | undefined;
}

/** Finds what a reference at the gateway names, whoever owns it. */
export async function findReversal(
  { db }: { readonly db: Pick<Database, "manager"> },
  reference: string,
): Promise<FoundReversal> {
  const kind = reversalNamed(reference);
  if (kind === undefined) return {};
  if (kind === "refund") return { refund: await findRefund(db.manager, reference) };
  return { returned: await findHeldPayment(db.manager, reference) };
}
