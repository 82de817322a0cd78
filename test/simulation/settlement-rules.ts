import { paidBy, type PaymentFile, type PaymentRule } from "./payment-file.js";
import type { Snapshots, Violation } from "./snapshots.js";

/** What must be true of the settlement of a payment, once nights have passed. */
export const SETTLEMENT_RULES: readonly PaymentRule[] = [
  { rule: "settlement as the gateway says", broken: wrongSettlement },
  { rule: "each event once", broken: wrongEvents },
];

/** The gateway's books have paid it out, rejected it, or had all of it given back before. */
function wrongSettlement(file: PaymentFile): string[] {
  const charge = paidBy(file);
  const { settlement } = file.payment;
  if (charge === undefined || settlement === charge.state) return [];
  return [`has the settlement ${settlement ?? "of none"}, and is ${charge.state} at the gateway`];
}

function wrongEvents({ payment, events }: PaymentFile): string[] {
  return ["rejected", "unresolved"].flatMap((end) => {
    const type = `payment_intent.settlement_${end}`;
    const stored = events.filter((event) => event.type === type).length;
    const expected = payment.settlement === end ? 1 : 0;
    return stored === expected ? [] : [`has ${stored} events ${type} instead of ${expected}`];
  });
}

/** The operator's report has every payment and refund as the gateway has it, to the penny. */
export function accountsDiffer({ accounts }: Snapshots): Violation[] {
  return accounts.map(({ kind, id, says }) => ({
    rule: "report equal to the ledger",
    session: id.replace(/-\d+$/, ""),
    says: `${kind}: ${says}`,
  }));
}
