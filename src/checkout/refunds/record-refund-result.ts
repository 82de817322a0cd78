import { findGatewayResults } from "../../db/tables/gateway-results.js";
import { findPaymentIntent, lockPaymentIntent } from "../../db/tables/payment-intents.js";
import { lockRefund, type RefundRow } from "../../db/tables/refunds.js";
import { dismissHeldSales, listTransactionsOfReversal } from "../../db/tables/reversal-results.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import type { Classification } from "../../domain/classification.js";
import {
  classifyOnRecord,
  classifyReversal,
  type ExpectedReversal,
  isOfSale,
  type NamedSale,
} from "../../domain/reversal-classification.js";
import { oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import type { AppliedResult } from "../gateway-messages/gateway-message.js";
import { applied } from "../gateway-messages/store-gateway-result.js";
import { namedSale } from "./reversal.js";
import { succeed } from "./record-refund-attempt.js";
import { type ReversalMessage, storeReversalMessage } from "../gateway-messages/store-reversal-message.js";
import { clockOf } from "../test-clock.js";

/**
 * Records one verified message about a refund, from any source, and its consequences. All messages come
 * through here: the response to the request, a callback, a browser's post, the response to a QUERY. A success
 * is recorded whichever call processes the refund; a message that does not fit is held for a person, and
 * leaves the refund in doubt.
 */
export async function recordRefundResult(
  checkout: CheckoutContext,
  refund: RefundRow,
  message: ReversalMessage,
): Promise<AppliedResult> {
  const sale = await saleOf(checkout, refund);
  const clock = await clockOf(checkout, refund);
  const { classification, isNew, hasEnded } = await inTransaction(
    checkout.db,
    "READ COMMITTED",
    async (tx) => {
      await lockPaymentIntent(tx, refund.paymentIntentId);
      const locked = await lockRefund(tx, refund.id);
      const time = oneTime(clock);
      const expected = expectedOf(locked, sale);
      const classification = await classify(tx, message, locked, expected);
      const { merchantId, livemode, paymentIntentId } = locked;
      const scope = { merchantId, livemode };
      const isNew = await storeReversalMessage(checkout, time, tx, message, classification, {
        scope,
        paymentIntentId,
        expected,
      });
      const hasEnded = classification.outcome === "refunded" && (await succeed(tx, locked, time.now()));
      if (hasEnded) await dismissHeldSales(tx, refund.id, { resolvedAt: time.now(), note: IS_KNOWN });
      return { classification, isNew, hasEnded };
    },
  );
  if (hasEnded) checkout.metrics.refunds.inc({ end: "succeeded" });
  return applied(classification, !isNew);
}

const IS_KNOWN = "A later message shows that the refund was made.";

async function classify(
  tx: Tx,
  { result, kind }: ReversalMessage,
  { id, status, gatewayAction }: RefundRow,
  expected: ExpectedReversal,
): Promise<Classification> {
  const classification = classifyReversal(result, kind, expected);
  if (isOfSale(result, expected.sale)) return classification;
  return classifyOnRecord(classification, result, {
    status,
    requested: gatewayAction,
    madeBy: await listTransactionsOfReversal(tx, id),
  });
}

function expectedOf(refund: RefundRow, sale: NamedSale): ExpectedReversal {
  const {
    id,
    amount,
    currency,
    gatewayAction: request,
    retainedBefore: kept,
    refundedBefore: refunded,
  } = refund;
  return { id, amount, currency, requested: request === null ? null : { request, kept, refunded }, sale };
}

async function saleOf(checkout: CheckoutContext, { paymentIntentId }: RefundRow): Promise<NamedSale> {
  const { manager } = checkout.db;
  const intent = await findPaymentIntent(manager, paymentIntentId);
  const [row] = await findGatewayResults(manager, [intent?.gatewayResultId ?? ""]);
  if (row === undefined) throw new Error(`Payment ${paymentIntentId} was never received.`);
  return namedSale(checkout, row);
}
