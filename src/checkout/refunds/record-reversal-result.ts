import { type HeldPaymentRow, lockHeldPayment } from "../../db/tables/held-payments.js";
import { dismissHeldSales, listTransactionsOfReversal } from "../../db/tables/reversal-results.js";
import { inTransaction } from "../../db/transaction.js";
import { currencyOfGateway } from "../../domain/money.js";
import type { RefundStatus } from "../../domain/refund.js";
import type { Told } from "../../domain/reversal-step.js";
import {
  classifyOnRecord,
  classifyReversal,
  type ExpectedReversal,
  isOfSale,
} from "../../domain/reversal-classification.js";
import { oneTime } from "../../lib/clock.js";
import type { Checkout } from "../context.js";
import type { AppliedResult } from "../gateway-messages/gateway-message.js";
import { applied } from "../gateway-messages/store-gateway-result.js";
import { namedSale } from "./reversal.js";
import { type ReversalMessage, storeReversalMessage } from "../gateway-messages/store-reversal-message.js";
import { clockOf } from "../test-clock.js";

/**
 * Records one verified message about the return of a held payment, as `recordRefundResult` does for a refund's. The held
 * payment itself is resolved by whoever returns it. `told` is what the gateway was asked to do just now, null where that was
 * before.
 */
export async function recordReturnResult(
  checkout: Checkout,
  returned: HeldPaymentRow,
  message: ReversalMessage,
  told: Told | null,
): Promise<AppliedResult> {
  const { result, kind } = message;
  const { id, merchantId, livemode } = returned;
  const clock = await clockOf(checkout, returned);
  const { judgement, isNew } = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const locked = await lockHeldPayment(tx, id);
    const time = oneTime(clock);
    const expected = expectedOf(checkout, locked, told);
    const own = classifyReversal(result, kind, expected);
    const judgement = isOfSale(result, expected.sale)
      ? own
      : classifyOnRecord(own, result, {
          status: statusOf(locked, expected),
          told: expected.told?.request ?? null,
          madeBy: await listTransactionsOfReversal(tx, id),
        });
    const reversal = { owner: { merchantId, livemode }, paymentIntentId: null, expected };
    const isNew = await storeReversalMessage(checkout, time, tx, message, judgement, reversal);
    if (judgement.outcome === "refunded") {
      await dismissHeldSales(tx, id, { resolvedAt: time.now(), note: IS_KNOWN });
    }
    return { judgement, isNew };
  });
  return applied(judgement, !isNew);
}

const IS_KNOWN = "It is known since that the money is back.";

/** One that nobody has begun to return, or that was resolved otherwise, must not be refunded at all. */
function statusOf({ resolution }: HeldPaymentRow, { told }: ExpectedReversal): RefundStatus {
  if (resolution === "return") return "succeeded";
  return resolution === null && told !== null ? "pending" : "failed";
}

function expectedOf(checkout: Checkout, row: HeldPaymentRow, now: Told | null): ExpectedReversal {
  const { returnRequest: request } = row;
  const told = now ?? (request === null ? null : { request, kept: null, refunded: null });
  return {
    id: row.id,
    amount: told === null || told.kept === null ? row.amountReceived : told.kept - (told.refunded ?? 0),
    currency: currencyOfGateway(row.currencyCode)?.code ?? null,
    told,
    sale: namedSale(checkout, row),
  };
}
