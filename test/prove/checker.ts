import { type CaseFile, caseFiles, grouped, isAcknowledged, isTold, moneyRows, taken } from "./case-file.js";
import type { Charge, Ordered, Rule, Snapshots, Violation } from "./snapshots.js";

/** What the checker has found. */
export interface Finding {
  readonly violations: readonly Violation[];
  /**
   * Transactions that took money, and that nobody ever told the service of: no message of theirs was acknowledged. They
   * are not lost as long as nobody believes that they were unpaid, and are found by asking the gateway.
   */
  readonly unresolved: readonly Charge[];
}

/**
 * Holds the service's database and answers to the gateway's ledger. Pure: it sees three snapshots and what was ordered,
 * and knows nothing of what was done to the service.
 */
export function check(snapshots: Snapshots, orders: readonly Ordered[]): Finding {
  const files = caseFiles(snapshots, orders);
  const ofSessions = files.flatMap((file) =>
    SESSION_RULES.flatMap(({ rule, broken }) =>
      broken(file).map((says): Violation => ({ rule, session: file.session.id, says })),
    ),
  );
  const ofAll = [...createdOnce(snapshots, orders), ...strangers(snapshots), ...faulty(snapshots)];
  const unresolved = files.flatMap((file) =>
    taken(file).filter((charge) => moneyRows(file, charge).length === 0 && !isTold(file, charge)),
  );
  return { violations: [...ofSessions, ...ofAll], unresolved };
}

/** Rules about one session: each answers what is wrong, in a sentence. */
const SESSION_RULES: readonly { rule: Rule; broken: (file: CaseFile) => string[] }[] = [
  { rule: "one intent per session", broken: notOneIntent },
  { rule: "money equal to the unit", broken: wrongMoney },
  { rule: "no lost success", broken: lost },
  { rule: "charged twice is held and listed", broken: unlisted },
  { rule: "each anomaly in exactly one place", broken: twice },
  { rule: "each acknowledged message durable", broken: forgotten },
  { rule: "nothing recorded that was not taken", broken: invented },
  { rule: "what was read stays true", broken: takenBack },
  { rule: "each event once", broken: wrongEvents },
];

function notOneIntent({ session, intents }: CaseFile): string[] {
  const { status, paymentIntent } = session;
  const [intent, ...more] = intents;
  return [
    ...(more.length > 0 ? [`has ${intents.length} payment intents`] : []),
    ...(status === "complete" && intent === undefined ? ["is complete without a payment intent"] : []),
    ...(status !== "complete" && intent !== undefined ? [`is ${status}, and has a payment intent`] : []),
    ...(paymentIntent === (intent?.id ?? null) || more.length > 0
      ? []
      : [`names ${paymentIntent ?? "no intent"}, and has ${intent?.id ?? "none"}`]),
  ];
}

function wrongMoney({ session, ordered, intents, charges }: CaseFile): string[] {
  const charge = charges.find(({ transaction }) => transaction === session.completedBy);
  const amounts = [
    { what: "was stored as", is: unit(session) },
    ...intents.map((intent) => ({ what: "was paid with", is: unit(intent) })),
    ...(charge === undefined
      ? []
      : [{ what: "was charged", is: unit({ amount: charge.received, currency: charge.currency }) }]),
  ];
  if (ordered === undefined) return ["was never ordered"];
  return amounts
    .filter(({ is }) => is !== unit(ordered))
    .map(({ what, is }) => `was ordered at ${unit(ordered)} and ${what} ${is}`);
}

function unit({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  return `${amount} ${currency}`;
}

/** A success that the service was told of, or that it knows of by itself, is on its session, or waits for a person. */
function lost(file: CaseFile): string[] {
  const missing = taken(file)
    .filter((charge) => isTold(file, charge) && moneyRows(file, charge).length === 0)
    .map(
      ({ transaction, received }) => `${received} taken by transaction ${transaction} are recorded nowhere`,
    );
  const whole = taken(file).filter((charge) => isWhole(file, charge) && moneyRows(file, charge).length > 0);
  const left = whole.length > 0 && file.session.status !== "complete";
  return left ? [...missing, `is ${file.session.status} although it was paid in full`] : missing;
}

/** Of several whole payments the first recorded completes the session; each other one is held as a duplicate. */
function unlisted(file: CaseFile): string[] {
  return taken(file).flatMap((charge) => {
    const { transaction } = charge;
    const [row] = moneyRows(file, charge);
    if (row === undefined || transaction === file.session.completedBy) return [];
    if (row.outcome !== "held") return [`transaction ${transaction} counts as ${row.outcome} beside another`];
    const isDuplicate = row.heldReason === "duplicate";
    return isWhole(file, charge) === isDuplicate
      ? []
      : [`transaction ${transaction} of ${charge.received} is held as ${row.heldReason}`];
  });
}

function twice(file: CaseFile): string[] {
  return file.charges
    .map((charge) => ({ charge, rows: moneyRows(file, charge) }))
    .filter(({ rows }) => rows.length > 1)
    .map(({ charge, rows }) => {
      const places = rows.map(({ outcome, heldReason }) => [outcome, heldReason].join(" ").trim());
      return `transaction ${charge.transaction} is recorded ${rows.length} times: ${places.join(", ")}`;
    });
}

function forgotten(file: CaseFile): string[] {
  const known = new Set(file.results.map(({ transaction }) => transaction));
  const silent = file.deliveries.filter(
    (delivery) => delivery.genuine && isAcknowledged(delivery) && !known.has(delivery.transaction),
  );
  const refused = file.deliveries.filter(({ genuine, status }) => genuine && status >= 400 && status < 500);
  return [
    ...silent.map(
      ({ via, transaction, status }) =>
        `the ${via} of transaction ${transaction} was answered ${status} and is not recorded`,
    ),
    ...refused.map(
      ({ via, transaction, status }) => `the ${via} of ${transaction} was refused with ${status}`,
    ),
  ];
}

function invented(file: CaseFile): string[] {
  const charges = new Map(file.charges.map((charge) => [charge.transaction, charge]));
  const strange = file.results.filter(({ transaction, outcome }) => {
    const charge = charges.get(transaction);
    const speaksOfMoney = ["completed", "held"].includes(outcome);
    return charge === undefined || (speaksOfMoney && charge.received === 0);
  });
  const believed = file.deliveries.filter((delivery) => !delivery.genuine && isAcknowledged(delivery));
  const { completedBy } = file.session;
  const unpaid = completedBy !== null && (charges.get(completedBy)?.received ?? 0) === 0;
  return [
    ...strange.map(({ transaction, outcome, heldReason }) => {
      const code = charges.get(transaction)?.code;
      const truth = code === undefined ? "the gateway does not know" : `took nothing (${code})`;
      return `transaction ${transaction}, which ${truth}, is recorded as ${outcome} ${heldReason ?? ""}`;
    }),
    ...believed.map(({ via, status }) => `a forged ${via} was answered ${status}`),
    ...(unpaid ? [`is complete by transaction ${completedBy}, which took nothing`] : []),
  ];
}

/** Complete is for good, and the last answer is what the database says. */
function takenBack({ session, reads }: CaseFile): string[] {
  const last = reads.at(-1);
  const complete = reads.filter(({ status }) => status === "complete");
  const intents = new Set(complete.map(({ paymentIntent }) => paymentIntent));
  const oddlyPaid = reads.filter((read) => (read.status === "complete") !== (read.paymentStatus === "paid"));
  return [
    ...(complete.length > 0 && session.status !== "complete"
      ? [`was read as complete, and is ${session.status}`]
      : []),
    ...(intents.size > 1 ? [`was read with ${intents.size} payment intents`] : []),
    ...oddlyPaid.map(({ status, paymentStatus }) => `was read as ${status} and ${paymentStatus}`),
    ...(last === undefined || last.paymentIntent === session.paymentIntent
      ? []
      : [
          `is answered with ${last.paymentIntent ?? "no intent"}, stored with ${session.paymentIntent ?? "none"}`,
        ]),
  ];
}

function wrongEvents({ session, intents, events }: CaseFile): string[] {
  const isComplete = session.status === "complete" ? 1 : 0;
  const expected: Record<string, number> = {
    "payment_intent.succeeded": intents.length,
    "checkout.session.completed": isComplete,
    "checkout.session.expired": session.expiredAt === null ? 0 : 1,
  };
  return Object.entries(expected)
    .map(([type, count]) => ({ type, count, stored: events.filter((event) => event.type === type).length }))
    .filter(({ count, stored }) => count !== stored)
    .map(({ type, count, stored }) => `has ${stored} events ${type} instead of ${count}`);
}

/** The amount that was ordered, no more and no less. */
function isWhole({ session }: CaseFile, { received, currency }: Charge): boolean {
  return received === session.amount && currency === session.currency;
}

function createdOnce({ books, answers }: Snapshots, orders: readonly Ordered[]): Violation[] {
  const stored = grouped(books.sessions, ({ number }) => String(number));
  const answered = grouped(answers.created, ({ number }) => String(number));
  return orders.flatMap(({ number }) => {
    const ids = new Set((answered.get(String(number)) ?? []).map(({ session }) => session));
    const rows = stored.get(String(number)) ?? [];
    const [id] = ids;
    if (ids.size <= 1 && rows.length === ids.size && rows.every((row) => row.id === id)) return [];
    const says = `order ${number} was answered with ${ids.size} sessions, and ${rows.length} are stored`;
    return [{ rule: "idempotent creates created once", session: id ?? rows[0]?.id, says }];
  });
}

/** What is recorded apart from every session was sent by nobody here. */
function strangers({ books }: Snapshots): Violation[] {
  const known = new Set(books.sessions.map(({ id }) => id));
  return books.results
    .filter(({ session }) => session === null || !known.has(session))
    .map(({ transaction, outcome }) => ({
      rule: "nothing recorded that was not taken",
      session: undefined,
      says: `transaction ${transaction} is recorded as ${outcome} apart from every session`,
    }));
}

function faulty({ answers }: Snapshots): Violation[] {
  return answers.faulty.map(({ session, text }) => ({ rule: "no faulty answer", session, says: text }));
}
