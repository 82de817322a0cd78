import t from "tap";

import { findPlanted } from "./find.js";
import { LOWERED_ISOLATION } from "./lowered-isolation.js";
import { plantedTexts } from "./plant.js";
import type { PlantedBug } from "./planted-bug.js";
import { PLANTED_BUGS } from "./planted-bugs.js";

// The two searches take half a minute each where nobody else needs the processor.
t.setTimeout(1_200_000);

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

// The others are found by the command `npm run prove -- --planted all`.
const SEARCHED = PLANTED_BUGS.filter(({ name }) =>
  ["answer before commit", "no row lock and no unique key"].includes(name),
);

for (const bug of SEARCHED) {
  t.test(`the simulation finds: ${bug.name}`, async (t) => {
    const server = bug.engine === "server" ? process.env["TEST_DATABASE_URL"] : undefined;
    const { verdict, sessions } = await findPlanted({ bug, seed: 1, server, onProgress() {} });
    t.ok(verdict, `found within ${sessions} sessions`);
  });
}
