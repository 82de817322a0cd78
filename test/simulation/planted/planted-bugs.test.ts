import t from "tap";

import { LOWERED_ISOLATION } from "./lowered-isolation.js";
import { plantedTexts } from "./plant.js";
import type { PlantedBug } from "./planted-bug.js";
import { PLANTED_BUGS } from "./planted-bugs.js";

t.test("every planted bug still fits the service", async (t) => {
  for (const bug of [...PLANTED_BUGS, LOWERED_ISOLATION]) {
    const files = bug.changes.map(({ file }) => file);
    t.same(new Set(plantedTexts(bug).keys()), new Set(files), bug.name);
  }
});

t.test("a planted bug that no longer fits is an error", async (t) => {
  const file = "checkout/results/record-session-result.js";
  const bug = (from: string): PlantedBug => ({
    name: "",
    engine: "embedded",
    changes: [{ file, from, to: "" }],
  });
  t.throws(() => plantedTexts(bug("a line that nobody wrote")), /no longer fits .* 0 times/);
  t.throws(() => plantedTexts(bug("await")), /no longer fits/);
});
