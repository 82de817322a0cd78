import t from "tap";

import { Ending } from "../place.js";
import { plant } from "./plant.js";
import { PLANTED_BUGS, type PlantedBug } from "./planted-bugs.js";

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
