import t from "tap";

import { EVENT_TYPES, isEventPattern, isWanted, TEST_EVENT } from "../../src/domain/event.js";

t.test("a merchant may not ask for what is no type of event, nor for the test event", async (t) => {
  for (const pattern of ["", "refund", "refund.", "refund.*.*", "*.*", "**", ".*", "refunds.*", TEST_EVENT]) {
    t.notOk(isEventPattern(pattern), pattern);
  }
});

t.test("a merchant may ask for a type, a group of types, or all", async (t) => {
  for (const pattern of ["*", "refund.*", "checkout.*", "checkout.session.*", "refund.created"]) {
    t.ok(isEventPattern(pattern), pattern);
  }
  for (const type of EVENT_TYPES.filter((each) => each !== TEST_EVENT)) t.ok(isEventPattern(type), type);
});

t.test("an event is wanted by its type, by its group, and by those who want all", async (t) => {
  t.notOk(isWanted("refund.created", []));
  t.notOk(isWanted("refund.created", ["refund.updated", "charge.*", "payment_intent.*"]));
  t.ok(isWanted("refund.created", ["charge.*", "refund.created"]));
  t.ok(isWanted("refund.created", ["refund.*"]));
  t.ok(isWanted("checkout.session.expired", ["checkout.*"]));
  t.ok(isWanted("checkout.session.expired", ["*"]));
  t.notOk(isWanted(TEST_EVENT, ["*"]), "the test event is sent to its endpoint alone");
});
