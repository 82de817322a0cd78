import { existsSync } from "node:fs";

import t from "tap";

import { ALONE, shared } from "./shares.js";

t.test("every file is in one share or alone, and none twice", async (t) => {
  const files = Array.from({ length: 30 }, (_, index) => `dist/test/lib/f${index}.test.js`);
  const { alone, shares } = shared([...files, "dist/test/tidy.test.js"]);
  t.same(alone, ["dist/test/tidy.test.js"]);
  t.same(shares.flat().toSorted(), files.toSorted());
});

t.test("few files make few shares", async (t) => {
  t.same(shared(["dist/test/lib/a.test.js"]).shares, [["dist/test/lib/a.test.js"]]);
});

t.test("what is to run alone is there", async (t) => {
  for (const file of ALONE) t.ok(existsSync(file), file);
});
