import t from "tap";

import { startTestApp, testConfig } from "../support/app.js";
import { eachEngine } from "../support/database.js";
import { answerProblems } from "./answer-rules.js";
import { fuzz, textOf } from "./run.js";
import { createTarget } from "./target.js";

t.test("an answer that the document does not know is found", (t) => {
  const call = { method: "GET", target: "/v1/refunds/re_1", headers: {}, body: undefined };
  const headers = { "content-type": "application/json", "request-id": "req_1" };
  const error = {
    type: "invalid_request_error",
    code: "resource_missing",
    message: "No.",
    request_id: "req_1",
  };
  const answer = { status: 404, headers, text: JSON.stringify({ error }) };
  t.same(answerProblems(call, answer), []);
  const wrong: [Partial<typeof answer>, RegExp][] = [
    [{ status: 503 }, /^503/],
    [{ status: 409 }, /resource_missing \(409\) is not in the document/],
    [{ status: 200 }, /required property 'id'/],
    [{ headers: { ...headers, "content-type": "text/html" } }, /is of the type text\/html/],
    [{ text: '{"error": {}}' }, /required property 'type'/],
  ];
  for (const [change, says] of wrong)
    t.match(answerProblems(call, { ...answer, ...change }).join("\n"), says, JSON.stringify(change));
  const elsewhere = { ...call, target: "/v1/nothing" };
  t.match(answerProblems(elsewhere, { ...answer, status: 200 }), [/no such operation/]);
  t.end();
});

await eachEngine(
  t,
  "mutated calls get answers that the document describes, and no 5xx",
  async (t, engine) => {
    const config = testConfig(engine);
    const target = await createTarget(config, () => startTestApp(t, config));
    const report = await fuzz(target, 300, 1);
    t.same(report.findings, []);
    t.ok((report.statuses.get(200) ?? 0) > 50, textOf(report));
  },
);
