import t from "tap";

import { clean } from "./clean-snapshots.js";
import { counterExample } from "./counter-example.js";
import { History } from "./history.js";
import type { Verdict } from "./run.js";
import { hearLog } from "./service-log.js";
import { faulty } from "./answer-rules.js";

await t.test("an answer of 500 is shown with what the service logged of its request", async (t) => {
  const history = new History();
  history.note(undefined, "fault of the group: primary killed");
  history.note("cs_b", "read by its merchant");
  const err = { message: "Odd.", stack: "Error: Odd.\n    at here" };
  hearLog(history, "replica 1", JSON.stringify({ msg: "unexpected error", requestId: "req_1", err }));
  hearLog(history, "replica 2", JSON.stringify({ msg: "the database is away", requestId: "req_2" }));
  history.blameFor500(undefined, "a create", '{"error":{"request_id":"req_1"}}');
  const snapshots = { ...clean(), answers: { ...clean().answers, faulty: history.faultyAnswers } };
  const verdict = { history, snapshots, violations: faulty(snapshots) } as unknown as Verdict;

  const [title = "", ...lines] = counterExample(verdict);
  t.match(title, /"no faulty answer": the service a create was answered 500: req_1$/);
  t.match(lines, [/primary killed$/, /replica 1 logged unexpected error: Error: Odd\.\n {4}at here$/]);
  t.equal(lines.length, 2, "nothing about other requests and sessions");
});
