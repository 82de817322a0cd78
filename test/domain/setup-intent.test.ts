import t from "tap";

import type { CheckoutSession } from "../../src/domain/session.js";
import { sessionIdOf, setupIntentId, setupIntentOf } from "../../src/domain/setup-intent.js";

const DONE = {
  id: "cs_abc",
  merchantId: "mer_1",
  livemode: true,
  mode: "setup",
  status: "complete",
  customerId: "cus_1",
  paymentMethodId: "pm_1",
  completedAt: 17,
  options: null,
} as unknown as CheckoutSession;

t.test("a session in mode setup has a setup intent once it is complete", async (t) => {
  for (const change of [{ mode: null }, { status: "open" }, { status: "expired" }, { paymentMethodId: null }])
    t.equal(setupIntentOf({ ...DONE, ...change } as CheckoutSession), undefined, JSON.stringify(change));
  t.same(setupIntentOf(DONE), {
    id: "seti_abc",
    merchantId: "mer_1",
    livemode: true,
    sessionId: "cs_abc",
    customerId: "cus_1",
    paymentMethodId: "pm_1",
    declineCode: null,
    description: null,
    metadata: {},
    createdAt: 17,
  });
});

t.test("it has one from its first decline on, which its success does not make anew", async (t) => {
  const intent = { id: "seti_abc", createdAt: 5 };
  const lastDecline = { resultId: "gr_1", declineCode: "do_not_honor", intent };
  const open = { ...DONE, status: "open", customerId: null, paymentMethodId: null, lastDecline };
  t.equal(setupIntentOf({ ...open, mode: null } as CheckoutSession), undefined, "of a payment there is none");
  t.match(setupIntentOf(open as CheckoutSession), {
    id: "seti_abc",
    customerId: null,
    paymentMethodId: null,
    declineCode: "do_not_honor",
    createdAt: 5,
  });
  t.match(setupIntentOf({ ...DONE, lastDecline }), { declineCode: null, createdAt: 5 });
});

t.test("it has what the merchant said of it", async (t) => {
  const options = { paymentDescription: "a card for later", paymentMetadata: { order: "17" } };
  t.match(setupIntentOf({ ...DONE, options } as unknown as CheckoutSession), {
    description: "a card for later",
    metadata: { order: "17" },
  });
});

t.test("its id leads to the session, and no other text does", async (t) => {
  t.equal(sessionIdOf(setupIntentId("cs_abc")), "cs_abc");
  for (const id of ["", "seti_", "cs_abc", "pi_abc", "seti_a/b", `seti_${"a".repeat(61)}`])
    t.equal(sessionIdOf(id), undefined, id);
});
