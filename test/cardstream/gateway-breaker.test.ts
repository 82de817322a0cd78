import t from "tap";

import { createGatewayBreaker, GatewayAway } from "../../src/cardstream/gateway-breaker.js";
import { until } from "../support/database.js";

const broken = async (): Promise<string> => {
  throw new Error("the database is away");
};

const isFailure = (result: string): boolean => result === "no answer";

t.test("after failures in a row nothing is begun any more, of that gateway alone", async (t) => {
  const breaker = createGatewayBreaker({ failures: 3, pauseMs: 60_000 });
  const begun: string[] = [];
  const call = (url: string, result: string) =>
    breaker.run(
      url,
      async () => {
        begun.push(url);
        return result;
      },
      isFailure,
    );
  for (let time = 0; time < 3; time++) t.equal(await call("https://a", "no answer"), "no answer");
  await t.rejects(call("https://a", "paid"), GatewayAway);
  t.equal(begun.length, 3);
  t.equal(await call("https://b", "paid"), "paid");
});

t.test("an answer in between, and an error of our own, is no failure of the gateway", async (t) => {
  const breaker = createGatewayBreaker({ failures: 2, pauseMs: 60_000 });
  const call = (result: string) => breaker.run("https://a", async () => result, isFailure);
  for (const result of ["no answer", "declined", "no answer", "paid"]) t.equal(await call(result), result);
  for (let time = 0; time < 4; time++) {
    await t.rejects(breaker.run("https://a", broken, isFailure), /database/);
  }
  t.equal(await call("paid"), "paid");
});

t.test("after a pause one goes through, and where it is answered all do", async (t) => {
  const breaker = createGatewayBreaker({ failures: 1, pauseMs: 30 });
  const call = (result: string) => breaker.run("https://a", async () => result, isFailure);
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
