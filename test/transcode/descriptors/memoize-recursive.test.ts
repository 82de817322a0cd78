import type { DescMessage } from "@bufbuild/protobuf";
import { StructSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import t from "tap";

import { memoizeRecursive } from "../../../src/transcode/descriptors/memoize-recursive.js";

/** How many messages deep the types of a value's fields go, as far as the value goes. */
function depths() {
  const asked: string[] = [];
  const depth = memoizeRecursive<[left: number], number>((desc: DescMessage, of) => {
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
  const once = memoizeRecursive<[], string>(() => {
    if (broken) throw new Error("not now");
    return () => "compiled";
  });
  t.throws(() => once(TimestampSchema), { message: "not now" });
  broken = false;
  t.equal(once(TimestampSchema)(), "compiled");
});
