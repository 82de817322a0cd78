import type { PaymentIntentRow } from "../../db/tables/payment-intents.js";
import { queuePendingCapture } from "../../db/tables/pending-captures.js";
import type { Tx } from "../../db/transaction.js";
import { nextStepAt } from "../../domain/captures/authorization.js";

/** Begins to watch over a payment that is authorized in this transaction: it is to be captured before it lapses. */
export function noteAuthorization(
  tx: Tx,
  { id, merchantId, livemode, captureBefore }: PaymentIntentRow,
): void {
  if (captureBefore === null) throw new Error(`Payment ${id} is not authorized.`);
  queuePendingCapture(tx, {
    paymentIntentId: id,
    merchantId,
    livemode,
    captureBefore,
    nextStepAt: nextStepAt({ captureBefore, warnedAt: null }),
  });
}
