import t from "tap";

import { findPlanted } from "./find.js";
import { PLANTED_BUGS } from "./planted-bugs.js";

// The two searches take half a minute each where nobody else needs the processor.
t.setTimeout(1_200_000);

// The others are found by the command `npm run prove -- --planted all`.
const SEARCHED = PLANTED_BUGS.filter(({ name }) =>
  ["answer before commit", "no row lock and no unique key"].includes(name),
);

/** Both show soon with it. */
const SEED = 3;

for (const bug of SEARCHED) {
  t.test(`the simulation finds: ${bug.name}`, async (t) => {
    const server = bug.engine === "server" ? process.env["TEST_DATABASE_URL"] : undefined;
    const { verdict, sessions } = await findPlanted({ bug, seed: SEED, server, onProgress() {} });
    t.ok(verdict, `found within ${sessions} sessions`);
  });
}
