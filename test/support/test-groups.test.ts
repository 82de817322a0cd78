import { existsSync } from "node:fs";

import t from "tap";

import { ALONE, groupTests } from "./test-groups.js";

t.test("every file is in one group or alone, and none twice", async (t) => {
  const files = Array.from({ length: 30 }, (_, index) => `dist/test/lib/f${index}.test.js`);
  const { alone, groups } = groupTests([...files, "dist/test/tidy.test.js"]);
  t.same(alone, ["dist/test/tidy.test.js"]);
  t.same(groups.flat().toSorted(), files.toSorted());
});

t.test("few files make few groups", async (t) => {
  t.same(groupTests(["dist/test/lib/a.test.js"]).groups, [["dist/test/lib/a.test.js"]]);
});

t.test("each file that runs alone exists", async (t) => {
  for (const file of ALONE) t.ok(existsSync(file), file);
});
