import t from "tap";

import { check } from "./checker.js";
import type { Delivery } from "./chronicle.js";
import type { Charge, Ordered, ResultRecord, Rule, Snapshots } from "./snapshots.js";

/** Snapshots that can be spoiled. */
type Changeable<T> = T extends readonly (infer Item)[]
  ? Changeable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Changeable<T[Key]> }
    : T;

const ORDERS: Ordered[] = [
  { number: 0, amount: 500, currency: "gbp" },
  { number: 1, amount: 700, currency: "jpy" },
];

/** Two sessions: `cs_a` was paid, then paid again with another card; `cs_b` was declined and left. */
function clean(): Changeable<Snapshots> {
  return {
    ledger: [charge("1", "cs_a", 500, "gbp"), charge("2", "cs_a", 500, "gbp"), charge("3", "cs_b", 0, "jpy")],
    books: {
      sessions: [
        {
          ...ORDERS[0],
          id: "cs_a",
          status: "complete",
          completedBy: "1",
          paymentIntent: "pi_a",
          expiredAt: null,
        },
        { ...ORDERS[1], id: "cs_b", status: "open", completedBy: null, paymentIntent: null, expiredAt: null },
      ] as Changeable<Snapshots["books"]["sessions"]>,
      results: [
        result("1", "cs_a", "completed"),
        result("2", "cs_a", "held", "duplicate"),
        result("3", "cs_b", "declined"),
      ],
      intents: [{ id: "pi_a", session: "cs_a", amount: 500, currency: "gbp" }],
      events: [
        { type: "payment_intent.succeeded", object: "pi_a" },
        { type: "checkout.session.completed", object: "cs_a" },
      ],
    },
    answers: {
      created: [
        { number: 0, session: "cs_a" },
        { number: 0, session: "cs_a" },
        { number: 1, session: "cs_b" },
      ],
      deliveries: [
        delivery("1", "cs_a", "callback", 200),
        delivery("1", "cs_a", "return", 303),
        delivery("2", "cs_a", "callback", 0),
        delivery("2", "cs_a", "return", 303),
        delivery("3", "cs_b", "callback", 200),
        { ...delivery("04", "cs_b", "callback", 400), genuine: false },
      ],
      reads: [
        { session: "cs_a", status: "complete", paymentStatus: "paid", paymentIntent: "pi_a" },
        { session: "cs_b", status: "open", paymentStatus: "unpaid", paymentIntent: null },
      ],
      faulty: [],
    },
  };
}

function charge(transaction: string, session: string, received: number, currency: string): Charge {
  return { transaction, session, attempt: 1, code: received > 0 ? 0 : 5, received, currency, at: 0 };
}

function result(
  transaction: string,
  session: string,
  outcome: string,
  heldReason: string | null = null,
): ResultRecord {
  return { transaction, session, outcome, heldReason };
}

function delivery(transaction: string, session: string, via: Delivery["via"], status: number): Delivery {
  return { transaction, session, via, status, genuine: true };
}

t.test("clean snapshots pass", async (t) => {
  t.same(check(clean(), ORDERS), { violations: [], unresolved: [] });
});

t.test("a payment that nobody told the service of is unresolved, not lost", async (t) => {
  const snapshots = clean();
  const untold = charge("5", "cs_b", 700, "jpy");
  snapshots.ledger.push(untold);
  snapshots.answers.deliveries.push(delivery("5", "cs_b", "callback", 503));
  t.same(check(snapshots, ORDERS), { violations: [], unresolved: [untold] });
});

t.test("a payment that was recorded although its answer got lost is neither", async (t) => {
  const snapshots = clean();
  snapshots.answers.deliveries = snapshots.answers.deliveries.filter(({ session }) => session !== "cs_a");
  t.same(check(snapshots, ORDERS), { violations: [], unresolved: [] });
});

t.test("a wrong amount or a partial approval that is held passes", async (t) => {
  const snapshots = clean();
  snapshots.ledger.push(charge("5", "cs_b", 699, "jpy"));
  snapshots.books.results.push(result("5", "cs_b", "held", "amount_mismatch"));
  t.same(check(snapshots, ORDERS).violations, []);
});

interface Spoiled {
  readonly what: string;
  readonly rules: readonly Rule[];
  readonly spoil: (snapshots: Changeable<Snapshots>) => void;
}

const SPOILED: Spoiled[] = [
  {
    what: "a second payment intent",
    rules: ["one intent per session", "each event once"],
    spoil: ({ books }) => books.intents.push({ id: "pi_b", session: "cs_a", amount: 500, currency: "gbp" }),
  },
  {
    what: "a complete session without a payment intent",
    rules: ["one intent per session"],
    spoil: ({ books }) => (books.intents = []),
  },
  {
    what: "a session that was reopened after its success",
    rules: ["one intent per session", "no lost success", "what was read stays true", "each event once"],
    spoil: ({ books }) => books.sessions[0] && (books.sessions[0].status = "open"),
  },
  {
    what: "an amount that is a unit too much",
    rules: ["money equal to the unit"],
    spoil: ({ books }) => books.intents[0] && (books.intents[0].amount = 501),
  },
  {
    what: "a session completed by a charge of less",
    rules: ["money equal to the unit"],
    spoil: ({ ledger }) => ledger[0] && (ledger[0].received = 499),
  },
  {
    what: "a second charge that is listed nowhere",
    rules: ["no lost success", "each acknowledged message durable"],
    spoil: ({ books }) => books.results.splice(1, 1),
  },
  {
    what: "a success of which nothing was recorded",
    rules: ["no lost success", "each acknowledged message durable"],
    spoil: ({ ledger, answers }) => {
      ledger.push(charge("5", "cs_b", 700, "jpy"));
      answers.deliveries.push(delivery("5", "cs_b", "callback", 200));
    },
  },
  {
    what: "a second charge that is held for another reason than that it is the second",
    rules: ["charged twice is held and listed"],
    spoil: ({ books }) => books.results[1] && (books.results[1].heldReason = "not_applicable"),
  },
  {
    what: "a second charge that counts as a second completion",
    rules: ["charged twice is held and listed"],
    spoil: ({ books }) => (books.results[1] = result("2", "cs_a", "completed")),
  },
  {
    what: "a transaction that is recorded in two places",
    rules: ["each anomaly in exactly one place"],
    spoil: ({ books }) => books.results.push(result("2", "cs_a", "held", "not_applicable")),
  },
  {
    what: "an acknowledged decline that is forgotten",
    rules: ["each acknowledged message durable"],
    spoil: ({ books }) => books.results.pop(),
  },
  {
    what: "a message of the gateway's own that was refused",
    rules: ["each acknowledged message durable"],
    spoil: ({ answers }) => answers.deliveries.push(delivery("3", "cs_b", "callback", 400)),
  },
  {
    what: "two sessions for one idempotency key",
    rules: ["idempotent creates created once"],
    spoil: ({ books }) => books.sessions.push({ ...clean().books.sessions[1], id: "cs_c" } as never),
  },
  {
    what: "a create that was answered, and is not stored",
    rules: ["idempotent creates created once", "nothing recorded that was not taken"],
    spoil: ({ books }) => books.sessions.pop(),
  },
  {
    what: "a forged message that was believed",
    rules: ["nothing recorded that was not taken"],
    spoil: ({ answers }) =>
      answers.deliveries.push({ ...delivery("04", "cs_b", "return", 303), genuine: false }),
  },
  {
    what: "a payment that the gateway knows nothing of",
    rules: ["nothing recorded that was not taken"],
    spoil: ({ books }) => books.results.push(result("9", "cs_b", "held", "amount_mismatch")),
  },
  {
    what: "a result apart from every session",
    rules: ["nothing recorded that was not taken"],
    spoil: ({ books }) => books.results.push({ ...result("9", "", "held"), session: null }),
  },
  {
    what: "a session that is answered otherwise than it is stored",
    rules: ["what was read stays true"],
    spoil: ({ answers }) => answers.reads[0] && (answers.reads[0].paymentIntent = "pi_z"),
  },
  {
    what: "a session that is complete and unpaid",
    rules: ["what was read stays true"],
    spoil: ({ answers }) => answers.reads[0] && (answers.reads[0].paymentStatus = "unpaid"),
  },
  {
    what: "an event that is there twice",
    rules: ["each event once"],
    spoil: ({ books }) => books.events.push({ type: "checkout.session.completed", object: "cs_a" }),
  },
  {
    what: "an answer that no fault excuses",
    rules: ["no faulty answer"],
    spoil: ({ answers }) => answers.faulty.push({ session: "cs_a", text: "a return was answered 500" }),
  },
];

for (const { what, rules, spoil } of SPOILED) {
  t.test(`the checker finds ${what}`, async (t) => {
    const snapshots = clean();
    spoil(snapshots);
    const found = new Set(check(snapshots, ORDERS).violations.map(({ rule }) => rule));
    t.same([...found].toSorted(), [...rules].toSorted());
  });
}
