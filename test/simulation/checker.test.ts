import t from "tap";

import { check } from "./checker.js";
import { accept, charge, clean, delivery, hold, intent, ORDERS, result } from "./clean-snapshots.js";
import type { Rule } from "./snapshots.js";
import { findEach, type BrokenSnapshots } from "./broken-snapshots.js";

t.test("clean snapshots pass", async (t) => {
  t.same(check(clean(), ORDERS), []);
});

t.test("a payment that was recorded although its answer got lost passes", async (t) => {
  const snapshots = clean();
  snapshots.answers.deliveries = snapshots.answers.deliveries.filter(({ session }) => session !== "cs_a");
  t.same(check(snapshots, ORDERS), []);
});

t.test("a wrong amount or a partial approval that is held passes", async (t) => {
  const snapshots = clean();
  hold(snapshots, 699, "amount_mismatch");
  t.same(check(snapshots, ORDERS), []);
});

t.test("an amount that was not ordered passes once its merchant has accepted it", async (t) => {
  const snapshots = clean();
  hold(snapshots, 699, "amount_mismatch");
  accept(snapshots, 699);
  t.same(check(snapshots, ORDERS), []);
});

const LISTED: Rule = "payments and refunds listed as recorded";

const SPOILED: BrokenSnapshots[] = [
  {
    what: "a second payment intent",
    rules: ["one intent per session", "each event once", LISTED],
    spoil: ({ books }) => books.intents.push(intent("pi_b", "cs_a", 500, "gbp", "1")),
  },
  {
    what: "a complete session without a payment intent",
    rules: ["one intent per session", LISTED],
    spoil: ({ books }) => (books.intents = []),
  },
  {
    what: "a session that was reopened after its success",
    rules: [
      "one intent per session",
      "no lost success",
      "nothing left unresolved",
      "what was read stays true",
      "each event once",
    ],
    spoil: ({ books }) => books.sessions[0] && (books.sessions[0].status = "open"),
  },
  {
    what: "an amount that is a unit too much",
    rules: ["money equal to the unit", LISTED],
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
    spoil: ({ books, answers, ledger }) => {
      books.results.splice(1, 1);
      books.events = books.events.filter(({ object }) => object !== "gr_2");
      Object.assign(answers, { decisions: [], held: [] });
      ledger[1] = charge("2", "cs_a", 500, "gbp");
    },
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
    spoil: ({ books, answers }) => {
      Object.assign(books.results[1] ?? {}, { heldReason: "not_applicable" });
      Object.assign(answers.held[0] ?? {}, { reason: "not_applicable" });
    },
  },
  {
    what: "a second charge that counts as a second completion",
    rules: ["charged twice is held and listed"],
    spoil: (snapshots) => {
      hold(snapshots, 700, "duplicate");
      accept(snapshots, 700);
      const { books, ledger, answers } = snapshots;
      ledger.push(charge("6", "cs_b", 700, "jpy"));
      books.results.push(result("6", "cs_b", "completed"));
      Object.assign(answers, { deliveries: [...answers.deliveries, delivery("6", "cs_b", "callback", 200)] });
    },
  },
  {
    what: "a transaction that is recorded in two places",
    rules: ["each anomaly in exactly one place", "each event once", "held payments listed as recorded"],
    spoil: ({ books }) =>
      books.results.push({ ...result("2", "cs_a", "held", "not_applicable"), id: "gr_9" }),
  },
  {
    what: "an acknowledged decline that is forgotten",
    rules: ["each acknowledged message durable"],
    spoil: ({ books }) => books.results.pop(),
  },
  {
    what: "a message that was acknowledged before it was recorded",
    rules: ["each acknowledged message durable"],
    spoil: ({ books }) =>
      books.results[0] && Object.assign(books.results[0], { receivedAt: 3, via: "search" }),
  },
  {
    what: "a message of the gateway's own that was refused",
    rules: ["each acknowledged message durable"],
    spoil: ({ answers }) => answers.deliveries.push(delivery("3", "cs_b", "callback", 400)),
  },
  {
    what: "two sessions for one idempotency key",
    rules: ["idempotent creates created once"],
    spoil: ({ books }) => {
      books.sessions.push({ ...clean().books.sessions[1], id: "cs_c" } as never);
      books.events.push({ type: "checkout.session.expired", object: "cs_c" });
    },
  },
  {
    what: "a create that was answered, and is not stored",
    rules: ["idempotent creates created once", "nothing recorded that was not taken"],
    spoil: ({ books }) => books.sessions.pop(),
  },
  {
    what: "a forged message that was believed",
    rules: ["nothing recorded that was not taken"],
    spoil: ({ answers }) => answers.deliveries.push(delivery("04", "cs_b", "return", 303)),
  },
  {
    what: "a payment that the gateway knows nothing of",
    rules: ["nothing recorded that was not taken"],
    spoil: (snapshots) => {
      hold(snapshots, 500, "amount_mismatch");
      snapshots.ledger.pop();
    },
  },
  {
    what: "a result apart from every session",
    rules: ["nothing recorded that was not taken"],
    spoil: ({ books }) => books.results.push(result("9", null, "declined")),
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
    what: "a payment that nobody told the service of, and that was never asked for",
    rules: ["nothing left unresolved"],
    spoil: ({ ledger, answers }) => {
      ledger.push(charge("5", "cs_b", 700, "jpy"));
      answers.deliveries.push(delivery("5", "cs_b", "callback", 503));
    },
  },
  {
    what: "an attempt that is still to be asked about",
    rules: ["nothing left unresolved"],
    spoil: ({ books }) => books.pending.push("cs_b"),
  },
  {
    what: "a payment of which the operator was not told while nobody could ask for it",
    rules: ["what nobody can tell of is listed"],
    spoil: (snapshots) => {
      hold(snapshots, 699, "amount_mismatch");
      Object.assign(snapshots.books.results.at(-1) ?? {}, { via: "search" });
    },
  },
  {
    what: "an amount that nobody accepted and that completes a session",
    rules: ["money equal to the unit", "each event once", "held payments listed as recorded"],
    spoil: (snapshots) => {
      hold(snapshots, 699, "amount_mismatch");
      accept(snapshots, 699);
      Object.assign(snapshots.books.results.at(-1) ?? {}, { resolution: null });
    },
  },
  {
    what: "a held payment that is not in its merchant's list",
    rules: ["held payments listed as recorded"],
    spoil: ({ answers }) => answers.held.pop(),
  },
  {
    what: "a held payment that is in the list twice",
    rules: ["held payments listed as recorded"],
    spoil: ({ answers }) => answers.held.push(...clean().answers.held),
  },
  {
    what: "money that was given back twice",
    rules: ["money given back once"],
    spoil: ({ ledger }) => ledger[1] && Object.assign(ledger[1], { returned: 1000, returns: 2 }),
  },
  {
    what: "money that was to be given back and was not",
    rules: ["money given back once"],
    spoil: ({ ledger }) => (ledger[1] = charge("2", "cs_a", 500, "gbp")),
  },
  {
    what: "money that went back although nobody decided so",
    rules: ["refunds equal to the ledger"],
    spoil: ({ ledger }) => ledger[0] && Object.assign(ledger[0], { returned: 500, returns: 1 }),
  },
  {
    what: "a decision that is forgotten",
    rules: ["decisions stay"],
    spoil: ({ answers }) => answers.decisions.push({ held: "gr_2", resolution: "dismiss" }),
  },
  {
    what: "an answer that no fault excuses",
    rules: ["no faulty answer"],
    spoil: ({ answers }) => answers.faulty.push({ session: "cs_a", text: "a return was answered 500" }),
  },
];

findEach(clean, SPOILED);
