import t from "tap";

import { callGateway, callUntilAnswered, gatewayPath } from "../../src/cardstream/gateway-call.js";
import { startGateway } from "../support/scripted-gateway.js";

const get = (url: string) => ({ url, method: "GET", headers: {} }) as const;

t.test("whatever is no whole answer with status 200 leaves the outcome open", async (t) => {
  const gateway = await startGateway(t);
  for (const status of [201, 302, 400, 404, 500, 503]) {
    gateway.answer(() => ({ status, body: "responseCode=0", location: gateway.url }));
    t.same(await callGateway(get(gateway.url), 5000), { kind: "no answer", why: `status ${status}` });
  }
  t.equal(gateway.requests.length, 6, "no redirect was followed");
  gateway.answer(() => "hang up");
  t.same(await callGateway(get(gateway.url), 5000), { kind: "no answer", why: "unreachable" });
  gateway.answer(() => "silence");
  t.same(await callGateway(get(gateway.url), 50), { kind: "no answer", why: "timeout" });
  gateway.answer(() => ({ body: "a".repeat(1024 * 1024 + 1) }));
  t.same(await callGateway(get(gateway.url), 5000), { kind: "no answer", why: "too large" });
  await gateway.close();
  t.same(await callGateway(get(gateway.url), 5000), { kind: "no answer", why: "unreachable" });
});

t.test("an answer of the largest size is read whole, and connections are used again", async (t) => {
  const gateway = await startGateway(t);
  gateway.answer(() => ({ body: "é".repeat(512 * 1024) }));
  for (let time = 1; time <= 10; time++) {
    const answer = await callGateway(get(gateway.url), 5000);
    t.equal(answer.kind === "answered" && answer.body.length, 1024 * 1024);
  }
  t.ok(gateway.connections() < 5, `${gateway.connections()} connections`);
});

t.test("a call that only reads is made again until it is answered, or the pauses are used up", async (t) => {
  const gateway = await startGateway(t);
  gateway.answer(() => ({ status: 503, body: "" }));
  t.same(await callUntilAnswered(get(gateway.url), 5000, [1, 1]), { kind: "no answer", why: "status 503" });
  t.equal(gateway.requests.length, 3);
  gateway.answer(() => (gateway.requests.length < 5 ? "hang up" : { body: "yes" }));
  t.match(await callUntilAnswered(get(gateway.url), 5000, [1, 1, 1, 1]), { kind: "answered" });
  t.equal(gateway.requests.length, 5, "no more often than needed");
});

t.test("a base URL may end with slashes", async (t) => {
  t.equal(gatewayPath("https://gateway.example//", "/direct/"), "https://gateway.example/direct/");
});
