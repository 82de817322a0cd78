import t from "tap";

import { createCache, reuseFor } from "../../src/lib/cache.js";
import { signal, until } from "../support/database.js";

t.test("of more entries than there is room for, the one that was used longest ago is dropped", async (t) => {
  const cache = createCache<string, number>({ max: 2 });
  cache.set("a", 1).set("b", 2);
  t.equal(cache.get("a"), 1);
  cache.set("c", 3);
  t.equal(cache.get("b"), undefined);
  t.same([cache.get("a"), cache.get("c")], [1, 3]);
});

t.test("an entry is found until its time is over, also one of the clock's first moment", async (t) => {
  let time = 0;
  const cache = createCache<string, number>({ max: 2, keptMs: 100, now: () => time });
  cache.set("a", 1);
  time = 100;
  t.equal(cache.get("a"), 1);
  time = 101;
  t.equal(cache.get("a"), undefined);
});

t.test("an entry ages from its start, by the cache's own clock", async (t) => {
  let time = 0;
  const cache = createCache<string, number>({ max: 2, keptMs: 100, now: () => time });
  const start = cache.perf.now();
  time = 60;
  cache.set("a", 1, { start });
  t.equal(cache.get("a"), 1);
  time = 101;
  t.equal(cache.get("a"), undefined);
});

t.test("without a time an entry stays until it is dropped", async (t) => {
  const cache = createCache<string, number>({ max: 1, now: () => Infinity });
  t.equal(cache.set("a", 1).get("a"), 1);
});

t.test("what failed is told to every caller of that time, and made again after it", async (t) => {
  let calls = 0;
  const read = reuseFor(20, async () => {
    calls++;
    if (calls === 1) throw new Error("not yet");
    return calls;
  });
  await t.rejects(Promise.all([read(), read()]), /not yet/);
  t.equal(calls, 1);
  await until("it is made again", async () => (await read().catch(() => 0)) === 2);
});

t.test("while one is under way no other begins, however long it takes", async (t) => {
  const end = signal();
  let calls = 0;
  const read = reuseFor(1, async () => {
    calls++;
    await end.given;
    return calls;
  });
  const [first, began] = [read(), performance.now()];
  await until("its time is over", () => performance.now() - began > 2);
  const second = read();
  t.equal(calls, 1);
  end.give();
  t.same(await Promise.all([first, second]), [1, 1]);
  await until("it is made again", async () => (await read()) > 1);
});
