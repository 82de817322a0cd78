import t from "tap";

import { memoize } from "../../src/lib/memoize.js";

t.test("what could not be made is tried again", async (t) => {
  let tries = 0;
  const made = memoize(() => {
    if (++tries === 1) throw new Error("not yet");
    return tries;
  });
  const key = {};
  t.throws(() => made(key), /not yet/);
  t.equal(made(key), 2);
});

t.test("each object gets its own, once, also where that is undefined", async (t) => {
  const asked: object[] = [];
  const made = memoize((key: { readonly value?: string }) => {
    asked.push(key);
    return key.value;
  });
  const [one, other] = [{ value: "one" }, {}];
  t.same([made(one), made(other), made(one), made(other)], ["one", undefined, "one", undefined]);
  t.equal(asked.length, 2);
});
