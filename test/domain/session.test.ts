import * as fc from "fast-check";
import t from "tap";

import {
  amountReceivedOf,
  beforeCompletion,
  closesAt,
  FORM_GRACE_MS,
  keepsCard,
  LIFE_MAX_MS,
  LIFE_MIN_MS,
  mayGiveForm,
  mayMove,
  paymentStatusOf,
  statusAt,
  type SessionStatus,
  type SessionTimes,
  checkRedirectUrl,
  redirectUrl,
} from "../../src/domain/session.js";
import { Refusal } from "../../src/domain/refusal.js";
import { CODE_POINT } from "../support/any-text.js";

const EXPIRES_AT = 1_000_000_000;
const MINUTE_MS = 60_000;

const open: SessionTimes = { status: "open", expiresAt: EXPIRES_AT, formsGiven: 0 };
const openWithForm: SessionTimes = { ...open, formsGiven: 1 };
const statuses: SessionStatus[] = ["open", "complete", "expired"];

t.test("a session never leaves complete and never opens again", async (t) => {
  for (const status of statuses) {
    t.equal(mayMove("complete", status), false, `complete to ${status}`);
    t.equal(mayMove(status, "open"), false, `${status} to open`);
    t.equal(mayMove(status, status), false, `${status} to ${status}`);
  }
});

t.test("an open session completes or expires, and an expired one may still be paid late", async (t) => {
  t.equal(mayMove("open", "complete"), true);
  t.equal(mayMove("open", "expired"), true);
  t.equal(mayMove("expired", "complete"), true);
});

t.test("a session lives 5 minutes to 24 hours", async (t) => {
  t.equal(LIFE_MIN_MS, 5 * MINUTE_MS);
  t.equal(LIFE_MAX_MS, 24 * 60 * MINUTE_MS);
});

t.test("an open session expires to the millisecond, 30 minutes later while a form is out", async (t) => {
  t.equal(closesAt(open), EXPIRES_AT);
  t.equal(statusAt(open, EXPIRES_AT - 1), "open");
  t.equal(statusAt(open, EXPIRES_AT), "expired");
  t.equal(FORM_GRACE_MS, 30 * MINUTE_MS);
  t.equal(closesAt(openWithForm), EXPIRES_AT + 30 * MINUTE_MS);
  t.equal(closesAt({ ...open, formsGiven: 7 }), EXPIRES_AT + 30 * MINUTE_MS);
  t.equal(statusAt(openWithForm, EXPIRES_AT + 30 * MINUTE_MS - 1), "open");
  t.equal(statusAt(openWithForm, EXPIRES_AT + 30 * MINUTE_MS), "expired");
});

t.test("time changes nothing about a session that is complete or has expired", async (t) => {
  for (const status of ["complete", "expired"] as const) {
    for (const now of [0, EXPIRES_AT - 1, EXPIRES_AT, EXPIRES_AT + LIFE_MAX_MS]) {
      t.equal(statusAt({ ...open, status }, now), status);
      t.equal(mayGiveForm({ ...open, status }, now), false);
    }
  }
});

t.test("no form is given out from the expiry on, not even a second one within the grace", async (t) => {
  t.equal(mayGiveForm(openWithForm, EXPIRES_AT), false);
  t.equal(mayGiveForm(openWithForm, EXPIRES_AT + 1), false);
  t.equal(mayGiveForm(open, EXPIRES_AT), false);
  t.equal(mayGiveForm(open, EXPIRES_AT - 1), true);
  t.equal(mayGiveForm(openWithForm, EXPIRES_AT - 1), true);
});

t.test("whoever may get the form stands before an open session", async () => {
  const aSession = fc.record({
    status: fc.constantFrom(...statuses),
    expiresAt: fc.nat(10_000_000),
    formsGiven: fc.nat(3),
  });
  fc.assert(
    fc.property(aSession, fc.nat(20_000_000), (session, now) => {
      return !mayGiveForm(session, now) || statusAt(session, now) === "open";
    }),
  );
});

t.test("a card is kept where it will be a customer's", async (t) => {
  t.equal(keepsCard({ customerId: null, customerCreation: null }), false);
  t.equal(keepsCard({ customerId: "cus_1", customerCreation: null }), true);
  t.equal(keepsCard({ customerId: null, customerCreation: "always" }), true);
});

t.test("only a session that received all of its total is called paid", async (t) => {
  const open = {
    mode: null,
    status: "open",
    amountTotal: 2999,
    pendingPayment: null,
    amountReceived: null,
  } as const;
  const complete = { ...open, status: "complete" } as const;
  t.same([paymentStatusOf(open), amountReceivedOf(open)], ["unpaid", 0]);
  for (const pendingPayment of ["processing", "held"] as const) {
    t.equal(paymentStatusOf({ ...open, pendingPayment }), pendingPayment);
    t.equal(paymentStatusOf({ ...complete, pendingPayment }), "paid", "what was in doubt is known by then");
  }
  t.same([paymentStatusOf(complete), amountReceivedOf(complete)], ["paid", 2999]);
  const setup = { ...complete, mode: "setup", amountTotal: 0 } as const;
  t.same([paymentStatusOf(setup), amountReceivedOf(setup)], ["no_payment_required", 0]);
  for (const pendingPayment of ["processing", "held"] as const) {
    t.equal(paymentStatusOf({ ...setup, status: "open", pendingPayment }), pendingPayment);
    t.equal(paymentStatusOf({ ...setup, pendingPayment }), "no_payment_required");
  }
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), (amountTotal, amountReceived) => {
      const session = { ...complete, amountTotal, amountReceived };
      const status = amountReceived >= amountTotal ? "paid" : "partially_paid";
      return paymentStatusOf(session) === status && amountReceivedOf(session) === amountReceived;
    }),
  );
});

t.test("before its completion a session had no payment, and no customer of its own making", async (t) => {
  const paid = {
    customerId: "cus_1",
    paymentIntentId: "pi_1",
    paymentMethodId: "pm_1",
    billingSealed: Buffer.of(1),
    amountReceived: 1500,
  };
  const unpaid = { paymentIntentId: null, paymentMethodId: null, billingSealed: null, amountReceived: null };
  const given = { ...paid, customerCreation: null };
  t.same(beforeCompletion(given), { ...given, ...unpaid });
  const made = { ...paid, customerCreation: "always" } as const;
  t.same(beforeCompletion(made), { ...made, ...unpaid, customerId: null });
});

const ID = "cs_VbehKxU0lqnGx9aTQbYt1nQbW2x3z";

const REFUSED = [
  "",
  "shop.example/done",
  "/done",
  "//shop.example/done",
  "https:shop.example",
  "https:/shop.example",
  "https:///shop.example",
  "https://",
  "https://?a=1",
  "https://#a",
  "https:\\\\shop.example",
  "ftp://shop.example/",
  "javascript:alert(1)",
  "data:text/html,x",
  "httpsx://shop.example/",
  " https://shop.example/",
  "https://shop example/",
  "https://shop.example/a b",
  "https://shop.example/\n",
  "https://shop.example/\r\nset-cookie: a=b",
  "ht\ntps://shop.example/",
  "https://shop.example/\0",
  "https://shop.example:99999/",
  "https://shop.example:{CHECKOUT_SESSION_ID}/",
  "https://[::1",
  "https://sh%00op.example/",
  "https://user@shop.example/",
  "https://user:password@shop.example/",
  "https://:password@shop.example/",
  "https://{CHECKOUT_SESSION_ID}@shop.example/",
];

for (const template of REFUSED) {
  t.test(`${JSON.stringify(template)} is refused, naming the field`, async (t) => {
    const refusal = refusalOf(template);
    t.match(refusal, { reason: "URL_INVALID", violations: [{ field: "success_url" }] });
  });
}

const ACCEPTED: readonly [template: string, address: string][] = [
  ["https://shop.example", "https://shop.example/"],
  ["http://localhost:3000/done", "http://localhost:3000/done"],
  ["HTTPS://Shop.Example/Done", "https://shop.example/Done"],
  [
    "https://shop.example/done?session_id={CHECKOUT_SESSION_ID}",
    `https://shop.example/done?session_id=${ID}`,
  ],
  ["https://shop.example/{CHECKOUT_SESSION_ID}#{CHECKOUT_SESSION_ID}", `https://shop.example/${ID}#${ID}`],
  ["https://shop.example/{checkout_session_id}", "https://shop.example/%7Bcheckout_session_id%7D"],
  [
    "https://shop.example/?to=https://user@other.example",
    "https://shop.example/?to=https://user@other.example",
  ],
  ["https://münchen.example/größe", "https://xn--mnchen-3ya.example/gr%C3%B6%C3%9Fe"],
  ["https://shop.example/a%20b?x=%0D%0A", "https://shop.example/a%20b?x=%0D%0A"],
  ["http://[::1]:8080/", "http://[::1]:8080/"],
  ["https://{CHECKOUT_SESSION_ID}.shop.example/", `https://${ID.toLowerCase()}.shop.example/`],
];

for (const [template, address] of ACCEPTED) {
  t.test(`${template} is accepted`, async (t) => {
    t.equal(refusalOf(template), undefined);
    t.equal(redirectUrl(template, ID), address);
  });
}

t.test("whatever is accepted becomes an address that fits into a header", async () => {
  const piece = fc.oneof(
    fc.string({ unit: CODE_POINT, maxLength: 8 }),
    fc.constantFrom(
      "{CHECKOUT_SESSION_ID}",
      "/",
      "?",
      "#",
      "@",
      ":",
      "\\",
      "%",
      "\r\n",
      "..",
      "shop.example",
    ),
  );
  const template = fc.array(piece, { maxLength: 8 }).map((pieces) => `https://${pieces.join("")}`);
  fc.assert(
    fc.property(template, (text) => {
      if (refusalOf(text) !== undefined) return true;
      const address = redirectUrl(text, ID);
      return /^https:\/\/[\x21-\x7e]+$/.test(address) && !address.includes("{CHECKOUT_SESSION_ID}");
    }),
    { numRuns: 2000 },
  );
});

function refusalOf(template: string): Refusal | undefined {
  try {
    checkRedirectUrl(template, "success_url");
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
