import t from "tap";

import { Ending } from "../place.js";
import { findPlanted } from "./find.js";
import { plant } from "./plant.js";
import { PLANTED_BUGS, type PlantedBug } from "./planted-bugs.js";

t.setTimeout(600_000);

t.test("every planted bug still fits the service", async (t) => {
  const ending = new Ending();
  t.teardown(() => ending.all());
  for (const bug of PLANTED_BUGS) t.match(plant(ending, bug), /^file:/, bug.name);
});

t.test("a planted bug that no longer fits is an error", async (t) => {
  const ending = new Ending();
  t.teardown(() => ending.all());
  const file = "checkout/record-result.js";
  const bug = (from: string): PlantedBug => ({
    name: "",
    engine: "embedded",
    changes: [{ file, from, to: "" }],
  });
  t.throws(() => plant(ending, bug("a line that nobody wrote")), /no longer fits .* 0 times/);
  t.throws(() => plant(ending, bug("await")), /no longer fits/);
});

// The hardest to see: one shows only where a server dies, the other only where two replicas work at once.
for (const name of ["answer before commit", "no row lock and no unique key"]) {
  t.test(`the simulation finds the planted bug "${name}"`, async (t) => {
    const bug = PLANTED_BUGS.find((bug) => bug.name === name);
    if (bug === undefined) throw new Error("There is no such bug.");
    const server = process.env["TEST_DATABASE_URL"];
    const { verdict } = await findPlanted({ bug, seed: 1, server, onProgress() {} });
    t.ok(verdict, "within a thousand sessions");
  });
}
