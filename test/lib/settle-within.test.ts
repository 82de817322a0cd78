import t from "tap";

import { settleWithin, waitAtMost } from "../../src/lib/settle-within.js";

t.test("work that takes too long is not waited for", async (t) => {
  const state = { ended: false };
  const forever = new Promise<void>(() => {}).finally(() => (state.ended = true));
  await waitAtMost(1, forever);
  t.notOk(state.ended);
});

t.test("work that has failed is over", async (t) => {
  await t.resolves(waitAtMost(600_000, Promise.reject(new Error("out of order"))));
});

t.test("the wait ends with the work", async (t) => {
  const state = { ended: false };
  await waitAtMost(
    600_000,
    Promise.resolve().then(() => (state.ended = true)),
  );
  t.ok(state.ended);
});

t.test("a result that takes too long is none", async (t) => {
  t.equal(await settleWithin(1, new Promise<string>(() => {})), undefined);
  t.equal(await settleWithin(600_000, Promise.resolve("there")), "there");
  await t.rejects(settleWithin(600_000, Promise.reject(new Error("out of order"))), {
    message: "out of order",
  });
});
