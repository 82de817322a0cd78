import {
  acceptedPayment,
  type Evidence,
  granted,
  grantedAmount,
  isGranted,
  isTold,
  moneyRows,
  type SessionRule,
} from "./evidence.js";
import type { Charge } from "./snapshots.js";

/** What must be true of a session and of the money that was taken for it. */
export const PAYMENT_RULES: readonly SessionRule[] = [
  { rule: "one intent per session", broken: notOneIntent },
  { rule: "money equal to the unit", lasts: true, broken: wrongMoney },
  { rule: "no lost success", lasts: true, broken: lost },
  { rule: "nothing left unresolved", broken: unresolved },
  { rule: "what nobody can tell of is listed", broken: foundUnlisted },
  { rule: "charged twice is held and listed", lasts: true, broken: unlisted },
  { rule: "each anomaly in exactly one place", lasts: true, broken: twice },
  { rule: "nothing recorded that was not taken", lasts: true, broken: invented },
];

function notOneIntent({ session, intents }: Evidence): string[] {
  const { status, paymentIntent, mode } = session;
  const isPaid = status === "complete" && mode !== "setup";
  const [intent, ...more] = intents;
  return [
    ...(more.length > 0 ? [`has ${intents.length} payment intents`] : []),
    ...(isPaid && intent === undefined ? ["is complete without a payment intent"] : []),
    ...(!isPaid && intent !== undefined ? [`is ${status} in mode ${mode}, and has a payment intent`] : []),
    ...(paymentIntent === (intent?.id ?? null) || more.length > 0
      ? []
      : [`names ${paymentIntent ?? "no intent"}, and has ${intent?.id ?? "none"}`]),
  ];
}

/** A merchant may accept another amount than it ordered; then that is what the session was paid with. */
function wrongMoney(file: Evidence): string[] {
  const { session, ordered, intents } = file;
  if (ordered === undefined) return ["was never ordered"];
  const charge = file.charges.find(({ transaction }) => transaction === session.completedBy);
  const charged = charge && unit({ amount: grantedAmount(charge), currency: charge.currency });
  const due = unit(ordered);
  const expected = acceptedPayment(file) === undefined ? due : charged;
  return [
    { what: "was stored as", is: unit(session), not: due },
    ...intents.map((intent) => ({ what: "was paid with", is: unit(intent), not: expected })),
    ...(charged === undefined ? [] : [{ what: "was charged", is: charged, not: expected }]),
  ]
    .filter(({ is, not }) => is !== not)
    .map(({ what, is }) => `was ordered at ${due} and ${what} ${is}`);
}

function unit({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  return `${amount} ${currency}`;
}

/** A success that the service was told of, or that it knows of by itself, is on its session, or waits for a person. */
function lost(file: Evidence): string[] {
  const missing = unrecorded(file)
    .filter((charge) => isTold(file, charge))
    .map((charge) => `${grantedAmount(charge)} of transaction ${charge.transaction} are recorded nowhere`);
  const whole = granted(file).filter((charge) => isWhole(file, charge) && moneyRows(file, charge).length > 0);
  const left = whole.length > 0 && file.session.status !== "complete";
  return left ? [...missing, `is ${file.session.status} although it was paid in full`] : missing;
}

/** What nobody told the service of it has found by asking, and its session has come to an end. */
function unresolved(file: Evidence): string[] {
  const unfound = unrecorded(file)
    .filter((charge) => !isTold(file, charge))
    .map((charge) => `${grantedAmount(charge)} of transaction ${charge.transaction} were never asked for`);
  return [
    ...unfound,
    ...(file.pending ? ["has an attempt that is still to be asked about"] : []),
    ...(file.session.status === "open" ? ["is open although its time is up"] : []),
  ];
}

/** Until somebody could search for it, the operator had to see it. */
function foundUnlisted(file: Evidence): string[] {
  if (file.ordered?.searchable !== false || file.listed) return [];
  return granted(file)
    .filter((charge) => moneyRows(file, charge).some(({ via }) => via === "search"))
    .map(
      ({ transaction }) => `transaction ${transaction} was found in the end, and was listed nowhere before`,
    );
}

/** Of several whole payments the first recorded completes the session; each other one is held as a duplicate. */
function unlisted(file: Evidence): string[] {
  return granted(file).flatMap((charge) => {
    const { transaction } = charge;
    const [row] = moneyRows(file, charge);
    if (row === undefined || transaction === file.session.completedBy) return [];
    if (row.outcome !== "held") return [`transaction ${transaction} counts as ${row.outcome} beside another`];
    const isDuplicate = row.heldReason === (file.session.mode === "setup" ? "setup_mismatch" : "duplicate");
    return isWhole(file, charge) === isDuplicate
      ? []
      : [`transaction ${transaction} of ${grantedAmount(charge)} is held as ${row.heldReason}`];
  });
}

function twice(file: Evidence): string[] {
  return file.charges
    .map((charge) => ({ charge, rows: moneyRows(file, charge) }))
    .filter(({ rows }) => rows.length > 1)
    .map(({ charge, rows }) => {
      const places = rows.map(({ outcome, heldReason }) => [outcome, heldReason].join(" ").trim());
      return `transaction ${charge.transaction} is recorded ${rows.length} times: ${places.join(", ")}`;
    });
}

function invented(file: Evidence): string[] {
  const charges = new Map(file.charges.map((charge) => [charge.transaction, charge]));
  const strange = file.results.filter(({ transaction, outcome }) => {
    const charge = charges.get(transaction);
    const speaksOfMoney = ["completed", "held"].includes(outcome);
    return charge === undefined || (speaksOfMoney && !isGranted(charge));
  });
  const { completedBy } = file.session;
  const paidBy = charges.get(completedBy ?? "");
  const unpaid = completedBy !== null && (paidBy === undefined || !isGranted(paidBy));
  return [
    ...strange.map(({ transaction, outcome, heldReason }) => {
      const code = charges.get(transaction)?.code;
      const truth = code === undefined ? "the gateway does not know" : `took nothing (${code})`;
      return `transaction ${transaction}, which ${truth}, is recorded as ${outcome} ${heldReason ?? ""}`;
    }),
    ...(unpaid ? [`is complete by transaction ${completedBy}, which took nothing`] : []),
  ];
}

function unrecorded(file: Evidence): Charge[] {
  return granted(file).filter((charge) => moneyRows(file, charge).length === 0);
}

/** The amount that was ordered, no more and no less. */
function isWhole({ session }: Evidence, charge: Charge): boolean {
  return grantedAmount(charge) === session.amount && charge.currency === session.currency;
}
