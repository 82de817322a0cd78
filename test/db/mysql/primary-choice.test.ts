import t from "tap";

import type { Verdict } from "../../../src/db/mysql/mysql-probe.js";
import { PrimaryChoice } from "../../../src/db/mysql/primary-choice.js";
import { silent } from "../../support/database.js";

const A = { host: "a", port: 1 };
const B = { host: "b", port: 2 };
const C = { host: "c", port: 3 };

/** Three servers of which some work, and the ones that were moved to. */
function threeServers(isGalera: boolean) {
  const working = new Set([A, B, C]);
  const moves: string[] = [];
  const choice = new PrimaryChoice([A, B, C], {
    ask: (address): Promise<Verdict> =>
      Promise.resolve(
        [...working].some(({ host }) => host === address.host)
          ? { kind: "works", isGalera }
          : { kind: "closed", error: new Error("away") },
      ),
    moved: ({ host }) => moves.push(host),
    log: silent,
  });
  return { working, moves, choice };
}

t.test("of a Galera cluster the first node that works is used, also once it is back", async (t) => {
  const { working, moves, choice } = threeServers(true);
  await choice.ask(false);
  await choice.preferFirst();
  t.same(moves, [], "it is in use already");
  working.delete(A);
  await choice.ask(false);
  t.same(moves, ["b"]);
  await choice.preferFirst();
  t.same(moves, ["b"], "the first is still away");
  working.add(A);
  await choice.preferFirst();
  t.same(moves, ["b", "a"]);
  working.delete(A);
  working.delete(B);
  await choice.ask(false);
  working.add(B);
  await choice.preferFirst();
  t.same(moves, ["b", "a", "c", "b"], "the first of those that work");
});

t.test("of other servers the one in use stays, for as long as it works", async (t) => {
  const { working, moves, choice } = threeServers(false);
  working.delete(A);
  await choice.ask(false);
  working.add(A);
  await choice.preferFirst();
  t.same(moves, ["b"]);
});
