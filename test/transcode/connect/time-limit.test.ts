import { Code } from "@connectrpc/connect";
import t from "tap";
import { TimeLimit } from "../../../src/transcode/connect/time-limit.js";

const never = new Promise<never>(() => {});

t.test("nothing is waited for longer than there is time, also when time was up before", async (t) => {
  const limit = new TimeLimit(10);
  await t.rejects(limit.hold(never), { code: Code.DeadlineExceeded });
  await t.rejects(limit.hold(never), { code: Code.DeadlineExceeded });
  t.equal(limit.leftMs, 0);
});

t.test("what comes in time is what it is, and a limit that is cleared holds no process", async (t) => {
  const limit = new TimeLimit(60_000);
  t.equal(await limit.hold(Promise.resolve(1)), 1);
  await t.rejects(limit.hold(Promise.reject(new Error("own"))), { message: "own" });
  t.ok(limit.leftMs > 50_000 && Number.isInteger(limit.leftMs));
  limit.clear();
});

t.test("a call that ends when it ends has all time", async (t) => {
  const limit = new TimeLimit(Infinity);
  t.equal(await limit.hold(Promise.resolve(2)), 2);
  t.equal(limit.leftMs, Infinity);
  limit.clear();
});
