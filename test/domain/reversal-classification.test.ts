import t from "tap";

import type { GatewayResult } from "../../src/domain/gateway-result.js";
import type { HeldReason } from "../../src/domain/classification.js";
import type { ReversalAction, RequestedReversal } from "../../src/domain/reversal-step.js";
import {
  amountReversed,
  classifyOnRecord,
  classifyReversal,
  type ExpectedReversal,
  isOfSale,
} from "../../src/domain/reversal-classification.js";

const SALE = { xref: "26SALE", transactionKey: "transaction:1", amount: 2999 };

/** 1000 of 2999 are to go back; nothing has before. */
const expected = (request: ReversalAction, requested: Partial<RequestedReversal> = {}): ExpectedReversal => ({
  id: "re_1",
  amount: 1000,
  currency: "gbp",
  requested: { request, kept: 2999, refunded: 0, ...requested },
  sale: SALE,
});

const COMMON = { responseCode: 0, responseStatus: 0, currencyCode: "826", currencyExponent: "2" };

/** What answers each request, done just as it was asked for. */
const FITS = {
  refund: {
    ...COMMON,
    action: "REFUND_SALE",
    transactionUnique: "re_1",
    orderRef: "re_1",
    xref: "26REFUND",
    transactionKey: "transaction:2",
    amount: 1000,
    amountReceived: 1000,
    amountRefunded: 1000,
    state: "captured",
  },
  capture: {
    ...COMMON,
    action: "CAPTURE:SALE",
    xref: "26SALE",
    transactionKey: "transaction:1",
    amount: 2999,
    amountReceived: 1999,
    state: "captured",
  },
  cancel: {
    ...COMMON,
    action: "CANCEL:SALE",
    xref: "26SALE",
    transactionKey: "transaction:1",
    amount: 2999,
    amountReceived: 0,
    state: "canceled",
  },
} as unknown as Record<ReversalAction, GatewayResult>;

const answer = (request: ReversalAction, changes: Partial<GatewayResult>) =>
  classifyReversal({ ...FITS[request], ...changes }, "answer", expected(request));

type Case = readonly [changes: Partial<GatewayResult>, reason: HeldReason];

/** Approved, and not what was asked for: a person looks at each. */
const UNFIT: Record<ReversalAction, readonly Case[]> = {
  refund: [
    [{ amount: 100, amountReceived: 100 }, "refund_amount_mismatch"],
    [{ amount: 2999, amountReceived: 2999 }, "refund_amount_mismatch"],
    [{ amount: undefined }, "refund_amount_mismatch"],
    [{ amount: undefined, amountReceived: undefined }, "refund_amount_mismatch"],
    [{ amountReceived: 100 }, "refund_amount_mismatch"],
    [{ amountReceived: 0 }, "refund_amount_mismatch"],
    [{ amountRefunded: 100 }, "refund_amount_mismatch"],
    [{ amountRefunded: 0 }, "refund_amount_mismatch"],
    [{ amountRefunded: 2999 }, "refund_amount_mismatch"],
    [{ currencyCode: "978" }, "refund_currency_mismatch"],
    [{ currencyCode: "" }, "refund_currency_mismatch"],
    [{ currencyExponent: "0" }, "refund_currency_mismatch"],
    [{ action: "REFUND" }, "refund_action_mismatch"],
    [{ action: "VERIFY" }, "refund_action_mismatch"],
    [{ action: "CANCEL:REFUND_SALE" }, "refund_action_mismatch"],
    [{ action: "SALE", xref: "26SALE" }, "refund_action_mismatch"],
    [{ action: "SALE" }, "session_unknown"],
    [{ action: "SALE", responseCode: 10 }, "session_unknown"],
    [{ transactionUnique: "re_2" }, "refund_order_mismatch"],
    [{ orderRef: "cs_1" }, "refund_order_mismatch"],
    [{ xref: "26SALE" }, "refund_order_mismatch"],
    [{ transactionKey: "transaction:1" }, "refund_order_mismatch"],
    [{ state: "reversed" }, "refund_state_mismatch"],
    [{ state: "canceled" }, "refund_state_mismatch"],
    [{ responseCode: 10 }, "refund_approved_variant"],
  ],
  capture: [
    [{ amountReceived: 2999 }, "refund_amount_mismatch"],
    [{ amountReceived: 0 }, "refund_amount_mismatch"],
    [{ amountReceived: 1000 }, "refund_amount_mismatch"],
    [{ amountReceived: undefined }, "refund_amount_mismatch"],
    [{ amount: 0 }, "refund_amount_mismatch"],
    [{ amountRetained: 1500 }, "refund_amount_mismatch"],
    [{ currencyCode: "978" }, "refund_currency_mismatch"],
    [{ action: "SALE" }, "refund_action_mismatch"],
    [{ action: "CANCEL:SALE" }, "refund_action_mismatch"],
    [{ xref: "26OTHER" }, "refund_order_mismatch"],
    [{ xref: "", transactionKey: "transaction:3" }, "refund_order_mismatch"],
    [{ state: "canceled" }, "refund_state_mismatch"],
    [{ responseCode: 85 }, "refund_approved_variant"],
  ],
  cancel: [
    [{ amountReceived: 1 }, "refund_amount_mismatch"],
    [{ currencyCode: "978" }, "refund_currency_mismatch"],
    [{ action: "QUERY:SALE" }, "refund_action_mismatch"],
    [{ action: "REFUND_SALE" }, "refund_action_mismatch"],
    [{ xref: "26OTHER" }, "refund_order_mismatch"],
    [{ state: "captured" }, "refund_state_mismatch"],
    [{ state: "" }, "refund_state_mismatch"],
    [{ responseCode: 16 }, "refund_approved_variant"],
  ],
};

for (const request of ["refund", "capture", "cancel"] as const) {
  t.test(`an approved answer to a ${request} that is not what was asked for is held`, async (t) => {
    for (const [changes, reason] of UNFIT[request]) {
      t.same(answer(request, changes), { outcome: "held", reason }, JSON.stringify(changes));
    }
  });

  t.test(`a ${request} that is refused for good was not made, if that is what was refused`, async (t) => {
    const refused = { responseCode: 5, responseStatus: 1, state: "declined" };
    const declined = { outcome: "declined", reason: null };
    const unknown = { outcome: "unknown", reason: null };
    const others = [{ action: "SALE" }, { responseCode: 65554 }, { responseStatus: 2 }];
    const named =
      request === "refund" ? [{ transactionUnique: "re_2" }, { state: "captured" }] : [{ xref: "1" }];
    for (const other of [...others, ...named]) {
      t.same(answer(request, { ...refused, ...other }), unknown, JSON.stringify(other));
    }
    t.same(answer(request, refused), declined);
    const bare = { ...refused, action: "", transactionUnique: "", xref: "" };
    t.same(answer(request, bare), declined, "an error that repeats nothing");
  });

  t.test(`a ${request} that was done as it was asked for is made`, async (t) => {
    const made = { outcome: "refunded", reason: null };
    t.same(answer(request, {}), made);
    t.same(answer(request, { currencyCode: "GBP", currencyExponent: "", amountRefunded: undefined }), made);
  });
}

t.test("asked about itself, a refund is held to the same", async (t) => {
  const asked = { ...FITS.refund, action: "QUERY:REFUND_SALE", amountRefunded: 0 };
  const about = (changes: Partial<GatewayResult>) =>
    classifyReversal({ ...asked, ...changes }, "refund", expected("refund"));
  t.match(about({ amount: 100, amountReceived: 100 }), { reason: "refund_amount_mismatch" });
  t.match(about({ responseCode: 5, responseStatus: 1, state: "declined" }), { outcome: "declined" });
  t.match(about({}), { outcome: "refunded" });
  const before = classifyReversal(
    { ...asked, amountRefunded: 1500 },
    "refund",
    expected("refund", { refunded: 500 }),
  );
  t.match(before, { outcome: "refunded" }, "what was refunded before counts in");
});

t.test("the sale's own sums tell what was done, and that it is not what was asked for", async (t) => {
  const of = (request: ReversalAction, sale: Partial<GatewayResult>) =>
    classifyReversal({ ...FITS.capture, ...sale }, "sale", expected(request));
  const held = { outcome: "held", reason: "refund_amount_mismatch" };
  t.same(of("capture", { amountReceived: 2899 }), held);
  t.same(of("capture", { amountReceived: 0, state: "canceled" }), held, "all of it is back");
  t.same(of("cancel", { amountReceived: 1999 }), held);
  t.same(of("refund", { state: "accepted", amountReceived: 2999, amountRefunded: 100 }), held);
  t.match(of("capture", { amountReceived: 2999 }), { outcome: "unknown" }, "nothing was done");
  t.match(of("refund", { state: "accepted", amountRefunded: 0 }), { outcome: "unknown" });
  t.match(of("refund", { state: "accepted", amountRefunded: undefined }), { outcome: "unknown" });
  t.match(of("capture", {}), { outcome: "refunded" });
  t.match(of("cancel", { state: "canceled", amountReceived: 0 }), { outcome: "refunded" });
  t.match(of("refund", { state: "accepted", amountRefunded: 1000 }), { outcome: "refunded" });
  const untold = { ...expected("capture"), requested: null };
  t.match(classifyReversal(FITS.capture, "sale", untold), { outcome: "unknown" });
});

t.test("one refund is made once, by one transaction, and not after it has failed", async (t) => {
  const made = { outcome: "refunded", reason: null } as const;
  const again = { outcome: "held", reason: "refund_duplicate" };
  const on = (
    status: "pending" | "succeeded" | "failed",
    requested: ReversalAction | null,
    ...madeBy: string[]
  ) => classifyOnRecord(made, FITS.refund, { status, requested, madeBy });
  t.same(on("succeeded", "refund", "transaction:9"), again);
  t.same(on("succeeded", "cancel"), again, "what was cancelled is not refunded besides");
  t.same(on("pending", "capture"), again);
  t.same(on("succeeded", null), again);
  t.same(on("failed", "refund"), { outcome: "held", reason: "refund_failed" });
  t.same(on("pending", "refund"), made);
  t.same(on("pending", null), made);
  t.same(on("succeeded", "refund", "transaction:2"), made, "the same message again");
  t.same(on("succeeded", "refund"), made, "its sale had told before");
  const unknown = { outcome: "unknown", reason: null } as const;
  t.same(classifyOnRecord(unknown, FITS.refund, { status: "failed", requested: null, madeBy: [] }), unknown);
});

t.test("what went back is what the gateway says did, where it does not contradict itself", async (t) => {
  const refund = expected("refund");
  const of = (changes: Partial<GatewayResult>) =>
    amountReversed({ ...FITS.refund, ...changes }, "answer", refund);
  t.equal(of({ amount: 1000, amountReceived: 100 }), undefined);
  t.equal(of({ amount: undefined, amountReceived: undefined }), undefined);
  t.equal(of({ amount: 100, amountReceived: undefined }), 100);
  t.equal(of({ amount: undefined, amountReceived: 100 }), 100);
  const capture = expected("capture");
  t.equal(amountReversed({ ...FITS.capture, amountReceived: 2899 }, "answer", capture), 100);
  t.equal(amountReversed({ ...FITS.capture, amountReceived: 3999 }, "answer", capture), undefined);
});

t.test("a message is of the sale whose reference it bears; the id counts only without one", async (t) => {
  t.notOk(isOfSale({ xref: "26OTHER", transactionKey: "transaction:1" }, SALE));
  t.notOk(isOfSale({ xref: "", transactionKey: "transaction:2" }, SALE));
  t.ok(isOfSale({ xref: "26SALE", transactionKey: "transaction:2" }, SALE));
  t.ok(isOfSale({ xref: "", transactionKey: "transaction:1" }, SALE));
});
