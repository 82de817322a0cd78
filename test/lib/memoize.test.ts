import type { DescMessage } from "@bufbuild/protobuf";
import { StructSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import t from "tap";

import { memoize, memoizeRecursive } from "../../src/lib/memoize.js";

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

/** How many messages deep the types of a value's fields go, as far as the value goes. */
function depths() {
  const asked: string[] = [];
  const depth = memoizeRecursive<DescMessage, [left: number], number>((desc, of) => {
    asked.push(desc.typeName);
    const inside = desc.fields
      .map(({ message }) => message && of(message))
      .find((each) => each !== undefined);
    return (left) => (inside === undefined || left === 0 ? 0 : 1 + inside(left - 1));
  });
  return { asked, depth };
}

t.test("a type that holds itself has one function, which calls itself", async (t) => {
  const { asked, depth } = depths();
  t.equal(depth(StructSchema)(9), 9);
  t.same(asked, [...new Set(asked)], "each type is compiled once");
  t.equal(depth(StructSchema), depth(StructSchema));
});

t.test("each type has a function of its own", async (t) => {
  const { depth } = depths();
  t.equal(depth(TimestampSchema)(9), 0);
  t.not(depth(TimestampSchema), depth(StructSchema));
});

t.test("a type that cannot be compiled is not half compiled", async (t) => {
  let broken = true;
  const once = memoizeRecursive<DescMessage, [], string>(() => {
    if (broken) throw new Error("not now");
    return () => "compiled";
  });
  t.throws(() => once(TimestampSchema), { message: "not now" });
  broken = false;
  t.equal(once(TimestampSchema)(), "compiled");
});
