import t from "tap";

import {
  attemptOfCharge,
  attemptOfForm,
  chargeOf,
  isCharging,
  mayMoveCharge,
  openChallengeOf,
  type SavedCardCharge,
  savesCard,
} from "../../../src/domain/saved-cards/card-choice.js";

const CHARGE: SavedCardCharge = {
  kind: "charge",
  attempt: 2,
  paymentMethodId: "pm_1",
  callId: "call_1",
  rounds: 0,
  endsAt: 1000,
  challengeSealed: null,
};

const session = (cardChoice: SavedCardCharge | null, attempt = 2) => ({ attempt, cardChoice });

t.test("a charge is that of its own attempt only", async (t) => {
  t.equal(chargeOf(session(null)), undefined);
  t.equal(chargeOf(session(CHARGE, 3)), undefined, "the next attempt is a form");
  t.equal(chargeOf(session(CHARGE, 3), 2), CHARGE);
  t.equal(chargeOf(session(CHARGE), null), undefined, "a result that names no attempt");
  t.equal(chargeOf({ attempt: 2, cardChoice: { kind: "save", attempt: 2 } }), undefined);
});

t.test("only what the gateway is told is in doubt", async (t) => {
  t.notOk(isCharging(session({ ...CHARGE, kind: "challenge" })));
  t.notOk(isCharging(session(CHARGE, 3)));
  for (const kind of ["charge", "answered"] as const) t.ok(isCharging(session({ ...CHARGE, kind })), kind);
});

t.test("a challenge is open until its time is over", async (t) => {
  const met = { ...CHARGE, kind: "challenge" } as const;
  t.equal(openChallengeOf(session(CHARGE), 0), undefined);
  t.equal(openChallengeOf(session(met), 1000), undefined);
  t.equal(openChallengeOf(session(met, 3), 999), undefined);
  t.equal(openChallengeOf(session(met), 999), met);
});

t.test(
  "a form never has the number of a charge, nor a charge that of a form which a page shows",
  async (t) => {
    t.equal(attemptOfForm(session(CHARGE)), 3);
    t.equal(attemptOfForm(session(CHARGE, 3)), 3);
    t.equal(attemptOfCharge(session(null, 2)), 3);
    t.equal(attemptOfCharge(session(CHARGE)), 4);
  },
);

t.test("consent is that of its own attempt", async (t) => {
  const saving = { cardChoice: { kind: "save", attempt: 2 } } as const;
  t.notOk(savesCard(saving, 1));
  t.notOk(savesCard(session(CHARGE), 2));
  t.ok(savesCard(saving, 2));
});

t.test("a challenge is answered once", async (t) => {
  t.notOk(mayMoveCharge("answered", "answered"));
  t.notOk(mayMoveCharge("challenge", "challenge"));
  t.notOk(mayMoveCharge("charge", "answered"));
  t.ok(mayMoveCharge("charge", "challenge"));
  t.ok(mayMoveCharge("challenge", "answered"));
  t.ok(mayMoveCharge("answered", "challenge"));
});
