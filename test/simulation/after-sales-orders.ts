import {
  type CaptureKind,
  type ChargePlan,
  needsShopper,
  REFUND_AMOUNTS,
  type RefundPlan,
  type RefundTime,
} from "./after-sales-plan.js";
import { callUntilAnswered } from "./merchant-call.js";
import type { MoneyOrder } from "./money-orders.js";
import type { PaymentAnswer } from "./payment-lists.js";
import type { Plan } from "./plan.js";
import { merchantOf, type SimulatedMerchant } from "./world.js";
import type { Environment } from "./environment.js";

/** The charges of the card that the session's customer has left, where it was paid. */
export async function chargeOrders(
  environment: Environment,
  session: string,
  plan: Plan,
): Promise<MoneyOrder[]> {
  const { charges } = plan.afterSales;
  if (charges.length === 0) return [];
  const merchant = merchantOf(environment, plan);
  const call = {
    what: "read",
    key: merchant.key,
    path: `/checkout/sessions/${session}`,
    replica: plan.replica,
  };
  const { customer, payment_method: card } = JSON.parse(
    (await callUntilAnswered(environment, call)).text,
  ) as Stored;
  if (customer === null || card === null) return [];
  return charges.map((charge, number) => ({
    what: "charge",
    merchant,
    replica: plan.replica + number,
    path: "/payment_intents",
    key: chargeKey(plan, number),
    body: {
      customer,
      payment_method: card,
      amount: charge.amount,
      currency: plan.currency,
      confirm: true,
      off_session: charge.offSession,
      ...(charge.capture === "at once" ? {} : { capture_method: "manual" }),
      metadata: { session, number: String(number) },
    },
    amount: charge.amount,
    from: null,
    needsShopper: needsShopper(plan.afterSales, charge),
  }));
}

/** The idempotency key of a plan's charge. */
export function chargeKey(plan: Pick<Plan, "number">, number: number | string): string {
  return `charge ${plan.number} ${number}`;
}

/** What the plan has of an authorized payment. Each order has a key of its own. */
export function captureOrders(
  merchant: SimulatedMerchant,
  payment: PaymentAnswer,
  { replica, afterSales }: Plan,
): MoneyOrder[] {
  if (payment.status !== "requires_capture") return [];
  const charge = afterSales.charges[Number(payment.metadata["number"] ?? -1)];
  const kind = (charge ?? afterSales).capture;
  return CAPTURE_STEPS[kind](payment.amount).map(({ what, amount }, number) => ({
    what,
    merchant,
    replica: replica + number,
    path: `/payment_intents/${payment.id}/${what}`,
    key: `${what} ${payment.id} ${number}`,
    body: amount === null ? {} : { amount_to_capture: amount },
    amount,
    from: payment.id,
  }));
}

interface CaptureStep {
  readonly what: "capture" | "cancel";
  readonly amount: number | null;
}

const ALL: CaptureStep = { what: "capture", amount: null };
const RELEASE: CaptureStep = { what: "cancel", amount: null };

const CAPTURE_STEPS: Record<CaptureKind, (amount: number) => readonly CaptureStep[]> = {
  "at once": () => [],
  full: () => [ALL],
  part: (amount) => [{ what: "capture", amount: Math.ceil(amount / 3) }],
  "in full, twice": () => [ALL, ALL],
  cancel: () => [RELEASE],
  "left to lapse": () => [],
  "cancel, then capture": () => [RELEASE, ALL],
};

/** Tries a charge again that has failed, with the same card, and with the shopper present. */
export function confirmOrder(failed: MoneyOrder, { id, amount }: PaymentAnswer): MoneyOrder {
  const path = `/payment_intents/${id}/confirm`;
  return { ...failed, replica: amount, path, key: `confirm ${id}`, body: {} };
}

/** The refunds that the plan has of a payment at this time. */
export function refundOrders(
  merchant: SimulatedMerchant,
  payment: PaymentAnswer,
  plan: Plan,
  time: RefundTime,
): MoneyOrder[] {
  if (payment.status !== "succeeded") return [];
  const kind = refundsOf(payment, plan)[time];
  return REFUND_AMOUNTS[kind](payment.received).map((amount, number) => ({
    what: "refund",
    merchant,
    replica: plan.replica + number,
    path: "/refunds",
    key: `refund ${payment.id} ${time} ${number}`,
    body: { payment_intent: payment.id, ...(amount === null ? {} : { amount }) },
    amount,
    from: payment.id,
    hopeless: (amount ?? 0) > payment.received - payment.refunded,
  }));
}

function refundsOf({ metadata }: PaymentAnswer, { afterSales }: Plan): RefundPlan {
  const charge: ChargePlan | undefined = afterSales.charges[Number(metadata["number"] ?? -1)];
  return (charge ?? afterSales).refunds;
}

interface Stored {
  readonly customer: string | null;
  readonly payment_method: string | null;
}
