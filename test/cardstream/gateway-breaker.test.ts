import t from "tap";

import { createGatewayBreaker, GatewayAway } from "../../src/cardstream/gateway-breaker.js";
import { signal, until } from "../support/database.js";

const broken = async (): Promise<string> => {
  throw new Error("the database is away");
};

const isFailure = (result: string): boolean => result === "no answer";

t.test("after failures in a row nothing is begun any more, of that account alone", async (t) => {
  const breaker = createGatewayBreaker({ failures: 3, pauseMs: 60_000 });
  const begun: string[] = [];
  const call = (account: string, result: string) =>
    breaker.run(
      account,
      async () => {
        begun.push(account);
        return result;
      },
      isFailure,
    );
  for (let time = 0; time < 3; time++) t.equal(await call("a", "no answer"), "no answer");
  await t.rejects(call("a", "paid"), GatewayAway);
  t.equal(begun.length, 3);
  t.equal(await call("b", "paid"), "paid");
});

t.test("an answer in between, and an error of our own, is no failure of the gateway", async (t) => {
  const breaker = createGatewayBreaker({ failures: 2, pauseMs: 60_000 });
  const call = (result: string) => breaker.run("a", async () => result, isFailure);
  for (const result of ["no answer", "declined", "no answer", "paid"]) t.equal(await call(result), result);
  for (let time = 0; time < 4; time++) {
    await t.rejects(breaker.run("a", broken, isFailure), /database/);
  }
  t.equal(await call("paid"), "paid");
});

t.test("after a pause one goes through, and where it is answered all do", async (t) => {
  const breaker = createGatewayBreaker({ failures: 1, pauseMs: 30 });
  const call = (result: string) => breaker.run("a", async () => result, isFailure);
  await call("no answer");
  await t.rejects(call("paid"), GatewayAway);
  await until(
    "one goes through",
    async () => (await call("no answer").catch(() => "refused")) === "no answer",
  );
  await t.rejects(call("paid"), GatewayAway, "which failed");
  await until("another goes through", async () => (await call("paid").catch(() => "refused")) === "paid");
  const all = await Promise.all([call("paid"), call("paid")]);
  t.same(all, ["paid", "paid"]);
});

t.test("so much is under way for one account, and no more is begun for it", async (t) => {
  const breaker = createGatewayBreaker({ atOnce: 2 });
  const answer = signal();
  const slow = () => answer.given.then(() => "paid");
  const waiting = [1, 2].map(() => breaker.run("a", slow, isFailure));
  await t.rejects(
    breaker.run("a", async () => "paid", isFailure),
    GatewayAway,
  );
  t.equal(await breaker.run("b", async () => "paid", isFailure), "paid");
  answer.give();
  t.same(await Promise.all(waiting), ["paid", "paid"]);
  t.equal(await breaker.run("a", async () => "paid", isFailure), "paid");
});

t.test("so many accounts are remembered, those that were used last", async (t) => {
  const breaker = createGatewayBreaker({ failures: 1, accounts: 2, pauseMs: 60_000 });
  const call = (account: string, result: string) => breaker.run(account, async () => result, isFailure);
  for (const account of ["a", "b"]) await call(account, "no answer");
  await t.rejects(call("a", "paid"), GatewayAway);
  await call("c", "paid");
  await t.rejects(call("a", "paid"), GatewayAway);
  t.equal(await call("b", "paid"), "paid", "begins anew");
});

t.test("an account is not forgotten while something is under way for it", async (t) => {
  const breaker = createGatewayBreaker({ atOnce: 1, accounts: 1 });
  const answer = signal();
  const call = (account: string, work = async () => "paid") => breaker.run(account, work, isFailure);
  const slow = call("a", () => answer.given.then(() => "paid"));
  for (const account of ["b", "c", "d"]) t.equal(await call(account), "paid");
  await t.rejects(call("a"), GatewayAway);
  answer.give();
  t.equal(await slow, "paid");
  t.equal(await call("a"), "paid");
});

t.test("a pause is over when it is over, whatever the machine's clock shows", async (t) => {
  const breaker = createGatewayBreaker({ failures: 1, pauseMs: 30 });
  const call = (result: string) => breaker.run("a", async () => result, isFailure);
  await call("no answer");
  const { now } = Date;
  t.teardown(() => (Date.now = now));
  Date.now = () => now() - 3_600_000;
  await until("a charge goes through", async () => (await call("paid").catch(() => "refused")) === "paid");
});
