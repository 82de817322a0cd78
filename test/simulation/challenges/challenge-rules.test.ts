import t from "tap";

import { findEach } from "../broken-snapshots.js";
import { charged } from "../charged-snapshots.js";
import { check } from "../checker.js";
import { type Changeable, ORDERS } from "../clean-snapshots.js";
import type { Snapshots } from "../snapshots.js";

/** The charged card's issuer lets nothing through without its shopper, who was there for one of two charges. */
function challenged(): Changeable<Snapshots> {
  const snapshots = charged();
  const { answers, books } = snapshots;
  for (const order of answers.orders) order.needsShopper = order.what === "charge";
  Object.assign(answers.orders[0] ?? {}, { status: "requires_action" });
  for (const id of ["pi_c", "pi_d"]) {
    books.events.push({ type: "payment_intent.requires_action", object: id });
  }
  answers.challenges.push(
    { payment: "pi_c", attempt: 1, deed: "passes", isSure: true },
    { payment: "pi_d", attempt: 1, deed: "another's", isSure: true },
  );
  return snapshots;
}

const RULE = "paid once its shopper authenticates, and only then";

t.test("a shopper who authenticates pays, and another payment's answer is none", async (t) => {
  t.same(check(challenged(), ORDERS), []);
});

t.test("one who authenticated while something went wrong may have paid nothing", async (t) => {
  const snapshots = challenged();
  snapshots.answers.challenges.splice(1, 1, { payment: "pi_d", attempt: 1, deed: "passes", isSure: false });
  t.same(check(snapshots, ORDERS), []);
});

findEach(challenged, [
  {
    what: "a payment that was granted to nobody who authenticated",
    rules: [RULE],
    spoil: ({ answers }) => answers.challenges[0] && (answers.challenges[0].deed = "leaves"),
  },
  {
    what: "a payment that was granted in another attempt than its shopper authenticated for",
    rules: [RULE],
    spoil: ({ answers }) => answers.challenges[0] && (answers.challenges[0].attempt = 2),
  },
  {
    what: "an authentication of which nothing came",
    rules: [RULE],
    spoil: ({ answers }) => answers.challenges[1] && (answers.challenges[1].deed = "passes"),
  },
  {
    what: "a shopper who was sent to an issuer that asks for nothing",
    rules: [RULE],
    spoil: ({ answers }) => {
      for (const order of answers.orders) order.needsShopper = false;
    },
  },
]);
