import t from "tap";

import { onSqlite } from "../support/database.js";
import { charge, storeCard } from "./card-charges.js";
import type { Answer } from "./direct-calls.js";
import { startStand } from "./stand.js";

/** Guide A-17: what may be said together of a stored card, and who starts the payment then. */
const WAYS: readonly (readonly [stored: string, type: string, agreement: string, initiator: string])[] = [
  ["cardonfile", "1", "cardonfile", "consumer"],
  ["cardonfile", "1", "", "consumer"],
  ["cardonfile", "2", "unscheduled", "merchant"],
  ["cardonfile", "2", "resubmission", "merchant"],
  ["cardonfile", "2", "reauthorisation", "merchant"],
  ["cardonfile", "2", "delayedcharges", "merchant"],
  ["cardonfile", "2", "noshow", "merchant"],
  ["recurring", "9", "recurring", "merchant"],
  ["instalment", "9", "instalment", "merchant"],
];

await onSqlite(
  t,
  "the flags of a stored card go together as the guide says, or not at all",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const stored = new Map<string, string>();
    for (const each of ["", "cardonfile", "recurring", "instalment"]) {
      stored.set(each, await storeCard(stand, each));
      stand.clock.time += 10_000_000;
    }
    const say = (type: string, rtAgreementType: string, initiator: string, from: string): Promise<Answer> =>
      charge(stand, stored.get(from) ?? "", { type, rtAgreementType, initiator });
    for (const [from, type, agreement, initiator] of WAYS) {
      const other = initiator === "merchant" ? "consumer" : "merchant";
      t.match(await say(type, agreement, other, from), { responseCode: "66944" }, `${type} ${agreement}`);
      for (const said of [initiator, ""]) {
        t.match(
          await say(type, agreement, said, from),
          { responseCode: "0", initiator },
          `${type} ${agreement}`,
        );
      }
      if (agreement !== "")
        t.match(await say(type, agreement, "", ""), { responseCode: "65541" }, "no consent");
    }
    t.match(await say("9", "recurring", "", "cardonfile"), { responseCode: "65541" }, "another agreement");
    t.match(await say("9", "unscheduled", "", "cardonfile"), { responseCode: "66944" });
    t.match(await say("2", "incremental", "", "cardonfile"), { responseCode: "66944" });
  },
);
