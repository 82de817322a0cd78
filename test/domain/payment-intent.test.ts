import t from "tap";

import {
  amountCapturable,
  hasPage,
  isAuthorization,
  isInProgress,
  isOnlyAuthorized,
  mayConfirm,
  mayMovePayment,
  mayRequest,
  type PaymentIntentStatus,
  statusSaid,
  wasApproved,
} from "../../src/domain/payment-intent.js";

const ALL: readonly PaymentIntentStatus[] = [
  "processing",
  "succeeded",
  "requires_payment_method",
  "requires_confirmation",
  "requires_capture",
  "capturing",
  "releasing",
  "requires_action",
  "canceled",
];

const to = (from: PaymentIntentStatus) => ALL.filter((status) => mayMovePayment(from, status));

t.test("what has succeeded or was canceled stays so", async (t) => {
  t.same([...to("succeeded"), ...to("canceled")], []);
});

t.test("a charge that may have been sent cannot be given up", async (t) => {
  t.notOk(mayMovePayment("processing", "canceled"));
});

t.test("a charge ends, and a declined one can be tried again, given up, or turn out paid", async (t) => {
  t.same(to("processing"), ["succeeded", "requires_payment_method", "requires_capture", "requires_action"]);
  const again = ["processing", "succeeded", "requires_capture", "requires_action", "canceled"];
  t.same(to("requires_payment_method"), again);
  t.same(
    to("requires_confirmation"),
    ["processing", "canceled"],
    "nothing was charged that could turn out paid",
  );
});

t.test(
  "of an authorized payment one thing at a time is requested, and the gateway decides what comes of it",
  async (t) => {
    t.same(to("requires_capture"), ["capturing", "releasing"]);
    for (const asked of ["capturing", "releasing"] as const)
      t.same(to(asked), ["succeeded", "requires_capture", "canceled"], asked);
    t.same(
      ALL.filter((status) => mayRequest("capture", status)),
      ["requires_capture"],
    );
    const cancelable = [
      "requires_payment_method",
      "requires_confirmation",
      "requires_capture",
      "requires_action",
    ];
    t.same(
      ALL.filter((status) => mayRequest("cancel", status)),
      cancelable,
    );
    t.same(
      ALL.filter((status) => statusSaid(status) !== status),
      ["capturing", "releasing"],
    );
  },
);

t.test("only an approved sale of a payment that is captured later is an authorization", async (t) => {
  t.notOk(isOnlyAuthorized(null, { state: "approved" }));
  t.notOk(isOnlyAuthorized("manual", { state: "captured" }));
  t.ok(isOnlyAuthorized("manual", { state: "approved" }));
  t.notOk(isAuthorization({ captureBefore: null }));
  t.notOk(wasApproved({ status: "canceled", captureBefore: null }));
  t.ok(wasApproved({ status: "canceled", captureBefore: 1 }), "also once it is released");
  t.ok(wasApproved({ status: "succeeded", captureBefore: null }));
  t.equal(amountCapturable({ status: "requires_capture", amount: 5 }), 5);
  t.equal(
    amountCapturable({ status: "capturing", amount: 5 }),
    0,
    "what is being captured cannot be captured",
  );
});

t.test(
  "a merchant charges nothing that is underway or over, and a shopper's step may end in any way",
  async (t) => {
    t.same(ALL.filter(mayConfirm), ["requires_payment_method", "requires_confirmation"]);
    t.same(ALL.filter(isInProgress), ["processing", "requires_action"]);
    const open = ["processing", "requires_capture", "requires_action"];
    const ends = ["succeeded", "requires_payment_method", "canceled"];
    t.same(new Set(to("requires_action")), new Set([...open, ...ends]));
  },
);

t.test("only a declined charge without a session has a page of its own", async (t) => {
  const declined = { sessionId: null, status: "requires_payment_method", attempt: 1 } as const;
  t.notOk(hasPage({ ...declined, sessionId: "cs_1" }));
  t.notOk(hasPage({ ...declined, attempt: 0 }), "nothing was charged yet");
  t.notOk(hasPage({ ...declined, status: "processing" }), "it may be paid");
  t.ok(hasPage(declined));
});
