import t from "tap";

import { wellFormed } from "../../src/lib/well-formed.js";

t.test("halves of characters become the sign for what cannot be read, and whole ones stay", (t) => {
  t.equal(wellFormed("a\ud800b"), "a\ufffdb");
  t.equal(wellFormed("\udc00\ud83d"), "\ufffd\ufffd");
  t.equal(wellFormed("😀 é \u0000 \uffff"), "😀 é \u0000 \uffff");
  t.end();
});
