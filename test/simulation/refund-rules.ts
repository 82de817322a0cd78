import { grouped } from "./evidence.js";
import { paidBy, type PaymentFile, type PaymentRule } from "./payment-file.js";
import type { RefundRecord, ResultRecord } from "./snapshots.js";

/** What must be true of refunds, and of the money that went back by them. */
export const REFUND_RULES: readonly PaymentRule[] = [
  { rule: "no refund above the payment", lasts: true, broken: tooMuch },
  { rule: "refunds equal to the ledger", broken: unequal },
  { rule: "each refund made once", broken: madeTwice },
  { rule: "each refund on record", broken: unproven },
  { rule: "nothing left unresolved", broken: unresolved },
  { rule: "each event once", broken: wrongEvents },
];

function tooMuch(file: PaymentFile): string[] {
  const { received, refunded } = file.payment;
  const charge = paidBy(file);
  return [
    ...(refunded > received ? [`has ${refunded} refunded of ${received}`] : []),
    ...(charge !== undefined && charge.returned > charge.received
      ? [`was paid ${charge.received}, and the gateway gave ${charge.returned} back`]
      : []),
  ];
}

/**
 * What is pending counts as refunded before it went back. What does not fit is held, and a person sees to the
 * books.
 */
function unequal(file: PaymentFile): string[] {
  if (file.results.some(isHeldRefund)) return [];
  const { refunded } = file.payment;
  const [done, begun] = [sum(file, "succeeded"), sum(file, "pending")];
  const returned = paidBy(file)?.returned ?? 0;
  return [
    ...(refunded === done + begun ? [] : [`has ${refunded} refunded, and refunds of ${done + begun}`]),
    ...(returned >= done && returned <= done + begun
      ? []
      : [`has ${refunded} refunded, and ${returned} went back`]),
  ];
}

/** A refund of its own at the gateway is named by ours, and there is one for each; a second one is held. */
function madeTwice({ charges, refunds, results }: PaymentFile): string[] {
  if (results.some(isHeldRefund)) return [];
  const made = grouped(
    charges.flatMap((charge) => charge.refunds),
    ({ reference }) => reference,
  );
  return [...made].flatMap(([reference, each]) => {
    const refund = refunds.find(({ id }) => id === reference);
    const isRight = each.length === 1 && refund?.amount === each[0]?.amount && refund?.status !== "failed";
    const amounts = each.map(({ amount }) => amount).join(" and ");
    return isRight ? [] : [`had ${amounts} refunded as ${reference}, which is ${textOf(refund)}`];
  });
}

/** What has succeeded did so by the gateway's word, which is kept; or by a person's who accepted what was held. */
function unproven({ refunds, results }: PaymentFile): string[] {
  const accepted = results.filter((row) => isOfRefund(row) && row.resolution === "accept").length;
  const proven = new Set(
    results.filter(({ outcome }) => outcome === "refunded").map(({ reversal }) => reversal),
  );
  const bare = refunds.filter(({ id, status }) => status === "succeeded" && !proven.has(id));
  return bare.length <= accepted ? [] : bare.map(({ id }) => `has no word of the gateway's of ${id}`);
}

/** One about which something is held waits for a person. */
function unresolved({ refunds, results }: PaymentFile): string[] {
  const waiting = new Set(results.filter(isHeldRefund).map(({ reversal }) => reversal));
  return refunds
    .filter(({ id, status }) => status === "pending" && !waiting.has(id))
    .map(({ id }) => `has ${id} still pending`);
}

function isHeldRefund(row: ResultRecord): boolean {
  return isOfRefund(row) && row.resolution === null;
}

function isOfRefund({ outcome, heldReason }: ResultRecord): boolean {
  return outcome === "held" && (heldReason ?? "").startsWith("refund_");
}

function wrongEvents({ payment, refunds, events }: PaymentFile): string[] {
  const ended = (status: string): number => refunds.filter((refund) => refund.status === status).length;
  const expected: Record<string, number> = {
    "payment_intent.succeeded": payment.status === "succeeded" ? 1 : 0,
    "charge.refunded": ended("succeeded"),
    "refund.created": refunds.length,
    "refund.updated": ended("succeeded"),
    "refund.failed": ended("failed"),
  };
  return Object.entries(expected)
    .map(([type, count]) => ({ type, count, stored: events.filter((event) => event.type === type).length }))
    .filter(({ count, stored }) => count !== stored)
    .map(({ type, count, stored }) => `has ${stored} events ${type} instead of ${count}`);
}

function sum({ refunds }: PaymentFile, status: string): number {
  return refunds.reduce((total, refund) => total + (refund.status === status ? refund.amount : 0), 0);
}

function textOf(refund: RefundRecord | undefined): string {
  return refund === undefined ? "recorded nowhere" : `${refund.status}, of ${refund.amount}`;
}
