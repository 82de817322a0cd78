import { grouped, isAcknowledged } from "./evidence.js";
import { paidBy, type PaymentFile, type PaymentRule } from "./payment-file.js";
import type { Charge, Snapshots, Violation } from "./snapshots.js";

/** What must be true of a stored card's charges, and of the payments that they were made for. */
export const CHARGE_RULES: readonly PaymentRule[] = [
  { rule: "one charge per payment", lasts: true, broken: charged },
  { rule: "captured once, or released", lasts: true, broken: capturedAgain },
  { rule: "captured once, or released", broken: elsewhere },
  { rule: "each event once", broken: wronglyWarned },
  { rule: "no lost success", broken: lost },
  { rule: "nothing recorded that was not taken", lasts: true, broken: invented },
  { rule: "money equal to the unit", broken: wrongMoney },
  { rule: "nothing left unresolved", broken: unresolved },
  { rule: "each acknowledged message durable", broken: forgotten },
  { rule: "what was read stays true", broken: takenBack },
];

/** One that took money; where a charge failed, another attempt may follow it. */
function charged({ payment, charges }: PaymentFile): string[] {
  const paying = charges.filter(({ received }) => received > 0);
  const sent = grouped(charges, ({ attempt }) => String(attempt));
  const again = payment.session === null ? [...sent].filter(([, each]) => each.length > 1) : [];
  return [
    ...(paying.length > 1 ? [`took money by ${paying.length} charges`] : []),
    ...again.map(([attempt, each]) => `has ${each.length} charges of attempt ${attempt}`),
  ];
}

/** The gateway was asked for one capture at most, and never for one of what it had released. */
function capturedAgain({ charges }: PaymentFile): string[] {
  return charges.flatMap(({ transaction, authorized }) => {
    const refused = authorized?.refusedCaptures ?? 0;
    return refused > 0 ? [`had ${refused} captures of ${transaction} refused`] : [];
  });
}

/** Where an authorization stands at the gateway is where its payment stands. */
function elsewhere({ payment: { status, decidedBy }, charges }: PaymentFile): string[] {
  const end = ENDS[status];
  return charges.flatMap(({ transaction, authorized }) => {
    if (authorized === undefined || transaction !== decidedBy || end === undefined) return [];
    return end === authorized.state ? [] : [`is ${status}, and ${transaction} is ${authorized.state}`];
  });
}

/** The sale's state by the payment's status. One that is captured may be settled by now, or given back. */
const ENDS: Readonly<Record<string, string>> = { canceled: "canceled" };

/** Its merchant is told before an authorization lapses, and told once. */
function wronglyWarned({ payment, events }: PaymentFile): string[] {
  const told = events.filter(({ type }) => type === "payment_intent.authorization_expiring").length;
  const hasLapsed = payment.cancellationReason === "expired";
  return told > 1 || (hasLapsed && told === 0)
    ? [`has lapsed: ${hasLapsed}, and was warned of ${told} times`]
    : [];
}

/** What was taken is on the payment, or waits for a person. */
function lost(file: PaymentFile): string[] {
  const paying = paidBy(file);
  const isHeld = ({ transaction }: Charge): boolean =>
    file.results.some((row) => row.transaction === transaction && row.outcome === "held");
  return file.charges
    .filter((charge) => charge.received > 0 && charge !== paying && !isHeld(charge))
    .map(
      ({ transaction, received }) => `is ${file.payment.status}, and ${transaction} took ${received} for it`,
    );
}

function invented(file: PaymentFile): string[] {
  const { status, received, decidedBy } = file.payment;
  if (status === "succeeded") {
    return paidBy(file) === undefined
      ? [`has succeeded by transaction ${decidedBy}, which took nothing`]
      : [];
  }
  return received === 0 ? [] : [`is ${status}, and has received ${received}`];
}

function wrongMoney(file: PaymentFile): string[] {
  const { amount, received, currency, session } = file.payment;
  const charged = file.orders.filter(({ what }) => what === "charge");
  const ordered = session === null ? charged.map((order) => order.amount ?? amount) : [];
  const paying = paidBy(file);
  const isCaptured = paying?.authorized !== undefined;
  const taken = paying === undefined || isCaptured ? [] : [paying.received, received];
  const wrong = [...ordered, ...taken].filter((each) => each !== amount);
  return [
    ...(isCaptured ? wronglyReceived(file, paying) : []),
    ...wrong.map((each) => `is of ${amount}, and ${each} was ordered or taken`),
    ...(paying === undefined || paying.currency === currency
      ? []
      : [`is in ${currency}, and ${paying.currency} was taken`]),
  ];
}

/** What the gateway captured, which is what one of the captures asked for that the service says it has made. */
function wronglyReceived({ payment, orders }: PaymentFile, { received }: Charge): string[] {
  const asked = orders
    .filter(({ what, status }) => what === "capture" && status === "succeeded")
    .map(({ amount }) => amount ?? payment.amount);
  return [
    ...(payment.received === received
      ? []
      : [`has received ${payment.received}, and the gateway captured ${received}`]),
    ...asked
      .filter((amount) => amount !== received)
      .map((amount) => `has captured ${received}, and not ${amount}`),
  ];
}

function unresolved({ payment, pending }: PaymentFile): string[] {
  return [
    ...(UNRESOLVED.has(payment.status) ? [`is still ${payment.status}`] : []),
    ...(pending ? ["has a charge that is still to be asked about"] : []),
  ];
}

/** An authorization that nobody has captured lapses within a week. */
const UNRESOLVED: ReadonlySet<string> = new Set(["processing", "capturing", "releasing", "requires_capture"]);

/** On record before its callback was acknowledged. */
function forgotten({ deliveries, results }: PaymentFile): string[] {
  return deliveries
    .filter((delivery) => isAcknowledged(delivery))
    .filter(
      ({ transaction, at }) =>
        !results.some((row) => row.transaction === transaction && row.receivedAt <= at),
    )
    .map(({ transaction }) => `was told of transaction ${transaction}, and it was not recorded by then`);
}

/** A success is for good. A charge that failed may have been tried again since, by another order. */
function takenBack({ payment, orders }: PaymentFile): string[] {
  const succeeded = orders.some(({ status }) => status === "succeeded");
  const isReleased = orders.some(({ what, status }) => what === "cancel" && status === "canceled");
  const charges = orders.filter(({ what }) => what === "charge");
  const last = new Map(charges.map((order) => [order.key, order.status]));
  const isDeclined = last.size > 0 && [...last.values()].every((status) => status === "declined");
  return [
    ...(succeeded && payment.status !== "succeeded"
      ? [`was answered as succeeded, and is ${payment.status}`]
      : []),
    ...(isReleased && payment.status !== "canceled"
      ? [`was answered as canceled, and is ${payment.status}`]
      : []),
    ...(isDeclined && payment.status === "succeeded" ? ["was answered as declined, and has succeeded"] : []),
  ];
}

/** Every direct sale that took money was made for a payment that is on record. */
export function unknownSales({ ledger, books }: Snapshots): Violation[] {
  const known = new Set([...books.sessions, ...books.intents].map(({ id }) => id));
  return ledger
    .filter(({ session, received }) => received > 0 && !known.has(session))
    .map(({ transaction, received }) => ({
      rule: "no lost success",
      session: undefined,
      says: `has no record of what transaction ${transaction} took ${received} for`,
    }));
}
