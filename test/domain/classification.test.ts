import * as fc from "fast-check";
import t from "tap";

import type { GatewayResult } from "../../src/domain/gateway-result.js";
import {
  endsAttempt,
  held,
  type Expected,
  type HeldReason,
  classifyPayment,
  type Classification,
  classifyUnmatched,
  type ResultOutcome,
} from "../../src/domain/classification.js";
import { currency } from "../support/currency.js";

const GBP = currency("GBP");
const EXPECTED: Expected = { targetId: "cs_abc", amount: 2999, currency: GBP, attempt: 3 };

/** A success of the third attempt, with what the gateway sends of it. */
const PAID: GatewayResult = {
  merchantID: "100856",
  action: "SALE",
  transactionUnique: "cs_abc-3",
  orderRef: "cs_abc",
  transactionID: "36943501",
  xref: "19042803WH25PT42SH69VRP",
  state: "captured",
  responseCode: 0,
  responseStatus: 0,
  responseMessage: "AUTHCODE:385359",
  amount: 2999,
  amountReceived: 2999,
  amountRetained: undefined,
  amountRefunded: undefined,
  currencyCode: "826",
  currencyExponent: "2",
  card: { brand: "visa", last4: "0821", expMonth: 12, expYear: 2027, funding: "credit", country: "GB" },
  cardLook: null,
  billing: null,
  transactionKey: "transaction:36943501",
};

const judged = (result: Partial<GatewayResult>): Classification =>
  classifyUnmatched({ ...PAID, ...result }, "session_unknown");

interface Case {
  readonly name: string;
  readonly result: Partial<GatewayResult>;
  readonly outcome: ResultOutcome;
  readonly reason?: HeldReason;
  readonly expected?: Partial<Expected>;
}

/** Approved by the gateway, but not what the session expects: a person decides. */
const HELD: readonly Case[] = [
  ...(
    [
      ["one minor unit too little asked for", { amount: 2998 }],
      ["one minor unit too much asked for", { amount: 3000 }],
      ["the amount in major units", { amount: undefined }],
      ["less received than asked for", { amountReceived: 2998 }],
      ["more received than asked for", { amountReceived: 3000 }],
      ["nothing received", { amountReceived: 0 }],
      ["nothing said of what was received", { amountReceived: undefined }],
      ["another amount, asked for and received", { amount: 1, amountReceived: 1 }],
    ] as const
  ).map(([name, result]): Case => ({ name, result, outcome: "held", reason: "amount_mismatch" })),
  ...(
    [
      ["another currency in digits", { currencyCode: "840" }],
      ["another currency in letters", { currencyCode: "USD" }],
      ["no currency", { currencyCode: "" }],
      ["a currency that does not exist", { currencyCode: "000" }],
      ["another exponent", { currencyExponent: "0" }],
      ["an exponent that is no number", { currencyExponent: "two" }],
    ] as const
  ).map(([name, result]): Case => ({ name, result, outcome: "held", reason: "currency_mismatch" })),
  ...(
    [
      ["another session's orderRef", { orderRef: "cs_abd" }],
      ["no orderRef", { orderRef: "" }],
      ["another session's transactionUnique", { transactionUnique: "cs_abd-3" }],
      ["no transactionUnique", { transactionUnique: "" }],
      ["a transactionUnique without attempt", { transactionUnique: "cs_abc" }],
      ["an attempt that was never made", { transactionUnique: "cs_abc-4" }],
      ["an attempt before the first", { transactionUnique: "cs_abc-0" }],
    ] as const
  ).map(([name, result]): Case => ({ name, result, outcome: "held", reason: "order_mismatch" })),
  ...["", "sale", "PREAUTH", "VERIFY", "CAPTURE:SALE", "QUERY:VERIFY"].map((action): Case => ({
    name: `the action ${action || "not sent"}`,
    result: { action },
    outcome: "held",
    reason: "action_mismatch",
  })),
  ...[
    "received",
    "rejected",
    "verified",
    "received",
    "approved",
    "declined",
    "referred",
    "reversed",
    "canceled",
    "finished",
    "Captured",
    "paid",
  ].map((state): Case => ({
    name: `the state ${state}`,
    result: { state },
    outcome: "held",
    reason: "state_mismatch",
  })),
  ...[10, 11, 16, 85].flatMap((responseCode) =>
    [0, 1, 2, undefined].map((responseStatus): Case => ({
      name: `the approved variant ${responseCode} with status ${responseStatus}`,
      result: { responseCode, responseStatus },
      outcome: "held",
      reason: "approved_variant",
    })),
  ),
];

/** Nobody can say whether money moved: recorded, and the attempt's number stays. */
const UNKNOWN: readonly Case[] = (
  [
    ["the issuer away", { responseCode: 91, responseStatus: 1 }],
    ["the system away", { responseCode: 96, responseStatus: 1 }],
    ["a transaction in progress", { responseCode: 65536, responseStatus: 1 }],
    ["a general error", { responseCode: 65537, responseStatus: 2 }],
    ["a duplicate request", { responseCode: 65554, responseStatus: 2 }],
    ["a duplicate request that says declined", { responseCode: 65554, responseStatus: 1 }],
    ["a test card on a live account", { responseCode: 65566, responseStatus: 1 }],
    ["3-D Secure not acceptable", { responseCode: 65803, responseStatus: 1 }],
    ["an invalid field", { responseCode: 66343, responseStatus: 2 }],
    ["a decline with the status of an error", { responseCode: 5, responseStatus: 2 }],
    ["a decline with the status of a success", { responseCode: 5, responseStatus: 0 }],
    ["a decline without status", { responseCode: 5, responseStatus: undefined }],
    ["code 0 with the status of a decline", { responseCode: 0, responseStatus: 1 }],
    ["code 0 with the status of an error", { responseCode: 0, responseStatus: 2 }],
    ["code 0 without status", { responseCode: 0, responseStatus: undefined }],
    ["status 0 without code", { responseCode: undefined, responseStatus: 0 }],
    ["the status of a decline without code", { responseCode: undefined, responseStatus: 1 }],
    ["neither code nor status", { responseCode: undefined, responseStatus: undefined }],
  ] as const
).map(([name, result]) => ({ name, result, outcome: "unknown" }));

const DECLINED: readonly Case[] = [1, 2, 4, 5, 14, 51, 54, 65, 90, 92, 95, 97, 9999, 65535].map(
  (responseCode) => ({
    name: `the acquirer's code ${responseCode}`,
    result: { responseCode, responseStatus: 1, amountReceived: 0, state: "declined" },
    outcome: "declined",
  }),
);

const CANCELLED: readonly Case[] = [1, 2, undefined].map((responseStatus) => ({
  name: `the shopper's cancel with status ${responseStatus}`,
  result: { responseCode: 65576, responseStatus, amountReceived: undefined, state: "finished" },
  outcome: "cancelled",
}));

const COMPLETED: readonly Case[] = [
  { name: "all as expected", result: {}, outcome: "completed" },
  { name: "the currency in letters", result: { currencyCode: "GBP" }, outcome: "completed" },
  { name: "no exponent", result: { currencyExponent: "" }, outcome: "completed" },
  { name: "a question's answer", result: { action: "QUERY:SALE" }, outcome: "completed" },
  { name: "no transaction id", result: { transactionID: "" }, outcome: "completed" },
  { name: "an earlier attempt", result: { transactionUnique: "cs_abc-1" }, outcome: "completed" },
  {
    name: "yen, without minor unit",
    result: { currencyCode: "392", currencyExponent: "0" },
    expected: { currency: currency("JPY") },
    outcome: "completed",
  },
  ...["", "captured", "tendered", "deferred", "accepted"].map((state): Case => ({
    name: `the state ${state || "not sent"}`,
    result: { state },
    outcome: "completed",
  })),
];

for (const { name, result, outcome, reason = null, expected } of [
  ...HELD,
  ...UNKNOWN,
  ...DECLINED,
  ...CANCELLED,
  ...COMPLETED,
]) {
  t.test(`${name} is ${outcome}`, async (t) => {
    t.strictSame(classifyPayment({ ...PAID, ...result }, { ...EXPECTED, ...expected }), { outcome, reason });
  });
}

t.test("what is completed has code 0 and status 0, and the expected amount in every place", async () => {
  const code = fc.constantFrom(undefined, 0, 5, 10, 11, 16, 85, 91, 96, 65554, 65576);
  const status = fc.constantFrom(undefined, 0, 1, 2);
  const amount = fc.constantFrom(undefined, 0, 2998, 2999, 3000);
  fc.assert(
    fc.property(code, status, amount, amount, (responseCode, responseStatus, asked, received) => {
      const result = { ...PAID, responseCode, responseStatus, amount: asked, amountReceived: received };
      const paid = responseCode === 0 && responseStatus === 0 && asked === 2999 && received === 2999;
      return (classifyPayment(result, EXPECTED).outcome === "completed") === paid;
    }),
    { numRuns: 2000 },
  );
});

t.test("money that was taken for no session of ours is held, and nothing else is", async (t) => {
  t.strictSame(judged({}), held("session_unknown"));
  t.strictSame(judged({ amount: 1, amountReceived: undefined, action: "REFUND" }), held("refund_unknown"));
  for (const responseCode of [10, 11, 16, 85]) {
    t.strictSame(judged({ responseCode }), held("session_unknown"));
  }
  for (const { result, outcome } of [...UNKNOWN, ...DECLINED, ...CANCELLED]) {
    t.strictSame(judged(result), { outcome, reason: null });
  }
});

t.test("an attempt ends only where it is known to have failed", async (t) => {
  for (const formsGiven of [0, 1, 2]) {
    t.equal(ends("completed", 3, formsGiven), false);
    t.equal(ends("held", 3, formsGiven), false);
    t.equal(ends("unknown", 3, formsGiven), false);
    t.equal(ends("declined", 3, formsGiven), true, "a decline, however often the form was given out");
  }
});

t.test("a cancel ends an attempt only where no other form of it can still be paid", async (t) => {
  t.equal(ends("cancelled", 3, 0), false);
  t.equal(ends("cancelled", 3, 1), true);
  t.equal(ends("cancelled", 3, 2), false);
});

t.test("a result of another attempt does not end this one", async (t) => {
  for (const attempt of [1, 2, 4]) {
    t.equal(ends("declined", attempt, 1), false);
    t.equal(ends("cancelled", attempt, 1), false);
  }
  t.equal(ends("declined", "", 1), false, "or of none");
});

/** Whether a result with this outcome ends the third attempt. */
function ends(outcome: ResultOutcome, of: number | string, formsGiven: number): boolean {
  const result = { ...PAID, transactionUnique: `cs_abc-${of}` };
  return endsAttempt({ outcome, reason: null }, result, { attempt: 3, formsGiven });
}
