import t from "tap";

import { omitNulls } from "../../src/lib/omit-nulls.js";

t.test("what is null is left out, and nothing else", async (t) => {
  t.same(omitNulls({ a: null, b: "", c: 0, d: false, e: undefined, f: "x" }), {
    b: "",
    c: 0,
    d: false,
    e: undefined,
    f: "x",
  });
  t.notOk("a" in omitNulls({ a: null }));
});
