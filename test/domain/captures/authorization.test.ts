import t from "tap";

import {
  amountToCapture,
  AUTHORIZATION_DAYS,
  captureBefore,
  isLost,
  nextStepAt,
  standingAt,
} from "../../../src/domain/captures/authorization.js";
import type { PaymentIntent } from "../../../src/domain/payment-intent.js";

const DAY_MS = 86_400_000;

t.test("an authorization stands for the shortest time that the card schemes grant", async (t) => {
  t.equal(captureBefore(1000, false, AUTHORIZATION_DAYS), 1000 + 7 * DAY_MS);
  t.equal(
    captureBefore(1000, true, AUTHORIZATION_DAYS),
    1000 + 4.75 * DAY_MS,
    "off session, Visa grants less",
  );
  t.equal(captureBefore(1000, true, { onSession: 10, offSession: 3 }), 1000 + 3 * DAY_MS);
});

t.test("the merchant is told once, a whole day before the last day begins", async (t) => {
  const end = 10 * DAY_MS;
  const fresh = { captureBefore: end, warnedAt: null };
  t.equal(nextStepAt(fresh), 8 * DAY_MS);
  t.equal(standingAt(fresh, 8 * DAY_MS - 1), "standing");
  t.equal(standingAt(fresh, 8 * DAY_MS), "expiring");
  const warned = { captureBefore: end, warnedAt: 8 * DAY_MS };
  t.equal(nextStepAt(warned), end);
  t.equal(standingAt(warned, end - 1), "standing");
  t.equal(standingAt(warned, end), "lapsed");
  t.equal(standingAt(fresh, end), "lapsed", "also where nobody was there to tell it");
});

t.test("no more is captured than is authorized, and nothing of what is not", async (t) => {
  const payment = { status: "requires_capture", amount: 900, currency: "gbp" } as PaymentIntent;
  for (const wanted of [0, 901]) t.throws(() => amountToCapture(payment, wanted), /can be captured/);
  t.throws(() => amountToCapture({ ...payment, status: "capturing" }, null), /can be captured/);
  t.equal(amountToCapture(payment, null), 900);
  t.equal(amountToCapture(payment, 1), 1);
});

t.test("a request is lost two minutes after it was sent, and not if it was not", async (t) => {
  t.equal(isLost(null, 1e15), false);
  t.equal(isLost(1000, 120_999), false);
  t.equal(isLost(1000, 121_000), true);
});
