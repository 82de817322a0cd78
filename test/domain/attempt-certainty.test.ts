import t from "tap";

import {
  type AttemptAnswers,
  certaintyOf,
  type KnownTransaction,
} from "../../src/domain/attempt-certainty.js";

const unknown = (responseCode: number | null, state: string): KnownTransaction => ({
  outcome: "unknown",
  responseCode,
  state,
});
const IN_PROGRESS = unknown(65536, "received");
const DUPLICATE = unknown(65554, "finished");
const ISSUER_AWAY = unknown(91, "finished");
const DECLINED: KnownTransaction = { outcome: "declined", responseCode: 5, state: "declined" };

const NOT_SEARCHED = { searched: false, unanswered: false };
const SEARCHED = { searched: true, unanswered: false };

const CASES: [string, KnownTransaction[], AttemptAnswers, string][] = [
  ["nothing came and nobody could be asked", [], NOT_SEARCHED, "silent"],
  ["the gateway knows of no sale", [], SEARCHED, "clear"],
  ["it knows of one and says nothing about it", [], { searched: true, unanswered: true }, "doubtful"],
  ["one is in progress", [IN_PROGRESS], SEARCHED, "doubtful"],
  ["one is in progress behind a decline", [DECLINED, IN_PROGRESS], SEARCHED, "doubtful"],
  ["in progress, whatever its state", [unknown(65536, "finished")], SEARCHED, "doubtful"],
  ["a result without a code or a state", [unknown(null, "")], SEARCHED, "doubtful"],
  ["a state that nobody knows", [unknown(91, "pondering")], SEARCHED, "doubtful"],
  ["a duplicate of one that could not be looked for", [DUPLICATE], NOT_SEARCHED, "doubtful"],
  ["a duplicate of one that the search would have found", [DUPLICATE, DECLINED], SEARCHED, "clear"],
  ["the issuer did not answer, and the gateway has ended it", [ISSUER_AWAY], NOT_SEARCHED, "clear"],
  ["declined", [DECLINED], NOT_SEARCHED, "clear"],
];

for (const [what, transactions, asked, certainty] of CASES) {
  await t.test(`an attempt is ${certainty} where ${what}`, (t) => {
    t.equal(certaintyOf(transactions, asked), certainty);
    t.end();
  });
}

t.test("what waits for an authentication takes no money once nobody can carry it on", async (t) => {
  const waits = { outcome: "unknown", responseCode: 65802, state: "received" } as const;
  const asked = { searched: false, unanswered: false };
  t.equal(certaintyOf([waits], asked), "doubtful", "the gateway's own page may carry it on");
  t.equal(certaintyOf([waits], { ...asked, waitsInVain: true, unanswered: true }), "doubtful");
  const other = { outcome: "unknown", responseCode: 65536, state: "received" } as const;
  t.equal(certaintyOf([waits, other], { ...asked, waitsInVain: true }), "doubtful");
  t.equal(certaintyOf([waits], { ...asked, waitsInVain: true }), "clear");
});
