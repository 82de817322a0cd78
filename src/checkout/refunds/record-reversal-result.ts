import { type HeldPaymentRow, lockHeldPayment } from "../../db/tables/held-payments.js";
import { listTransactionsOfReversal } from "../../db/tables/reversals.js";
import { inTransaction } from "../../db/transaction.js";
import { currencyOfGateway } from "../../domain/money.js";
import type { RefundStatus } from "../../domain/refund.js";
import type { RequestedReversal } from "../../domain/reversal-step.js";
import {
  classifyOnRecord,
  classifyReversal,
  type ExpectedReversal,
  isOfSale,
} from "../../domain/reversal-classification.js";
import { oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import type { AppliedResult } from "../gateway-messages/gateway-message.js";
import { applied } from "../gateway-messages/store-gateway-result.js";
import { namedSale } from "./query-sale.js";
import {
  dismissSales,
  type ReversalMessage,
  storeReversalMessage,
} from "../gateway-messages/store-reversal-message.js";
import { clockOf } from "../test-clock.js";

/**
 * Records one verified message about the reversal of a held payment, as `recordRefundResult` does for a
 * refund. The held payment itself is resolved by the call that reverses it. `requested` is the action just
 * sent to the gateway, null if it was sent earlier.
 */
export async function recordReversalResult(
  checkout: CheckoutContext,
  returned: HeldPaymentRow,
  message: ReversalMessage,
  requested: RequestedReversal | null,
): Promise<AppliedResult> {
  const { result, kind } = message;
  const { id, merchantId, livemode } = returned;
  const clock = await clockOf(checkout, returned);
  const { classification, isNew } = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const locked = await lockHeldPayment(tx, id);
    const time = oneTime(clock);
    const expected = expectedOf(checkout, locked, requested);
    const own = classifyReversal(result, kind, expected);
    const classification = isOfSale(result, expected.sale)
      ? own
      : classifyOnRecord(own, result, {
          status: statusOf(locked, expected),
          requested: expected.requested?.request ?? null,
          madeBy: await listTransactionsOfReversal(tx, id),
        });
    const reversal = { scope: { merchantId, livemode }, paymentIntentId: null, expected };
    const isNew = await storeReversalMessage(checkout, time, tx, message, classification, reversal);
    if (classification.outcome === "refunded") {
      await dismissSales(checkout, tx, id, { resolvedAt: time.now(), note: IS_KNOWN });
    }
    return { classification, isNew };
  });
  return applied(classification, !isNew);
}

const IS_KNOWN = "A later message shows that the money is back.";

/** A held payment that was not being reversed, or was resolved otherwise, must not be reversed at all. */
function statusOf({ resolution }: HeldPaymentRow, { requested }: ExpectedReversal): RefundStatus {
  if (resolution === "return") return "succeeded";
  return resolution === null && requested !== null ? "pending" : "failed";
}

function expectedOf(
  checkout: CheckoutContext,
  row: HeldPaymentRow,
  now: RequestedReversal | null,
): ExpectedReversal {
  const { reversalAction: request } = row;
  const requested = now ?? (request === null ? null : { request, kept: null, refunded: null });
  return {
    id: row.id,
    amount:
      requested === null || requested.kept === null
        ? row.amountReceived
        : requested.kept - (requested.refunded ?? 0),
    currency: currencyOfGateway(row.currencyCode)?.code ?? null,
    requested,
    sale: namedSale(checkout, row),
  };
}
