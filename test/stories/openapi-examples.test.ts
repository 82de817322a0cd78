import t from "tap";

import { startTestApp, type TestApp, testConfig } from "../support/app.js";
import { onSqlite } from "../support/database.js";
import { formOf } from "../support/form.js";
import { complaints, isStream, jsonOf, type Operation, operationsOf } from "../support/openapi.js";
import type { Loose } from "../support/reflection.js";

const FORM = "application/x-www-form-urlencoded";

for (const [order, sorted] of [
  ["in the document's order", (operations: Operation[]) => operations],
  ["from the last to the first", (operations: Operation[]) => operations.toReversed()],
] as const) {
  await onSqlite(
    t,
    `each example can be sent to a fresh service as it stands, ${order}`,
    async (t, engine) => {
      const app = await startTestApp(t, testConfig(engine));
      const { json: document } = await app.call("GET", "/openapi.json", undefined);
      const operations = sorted(operationsOf(document));
      t.ok(operations.length > 40);
      for (const { method, path, operation } of operations) {
        const { status, text } = await send(app, method, path, operation);
        t.equal(status, 200, `${method} ${path}: ${text}`);
        const { schema } = jsonOf(document, operation.responses[200]);
        for (const line of isStream(operation) ? text.trim().split("\n").slice(0, 1) : [text])
          t.same(complaints(document, schema, JSON.parse(line)), [], line);
      }
    },
  );
}

await onSqlite(
  t,
  "each example can be sent as a form, too, with the key as a user name",
  async (t, engine) => {
    const app = await startTestApp(t, testConfig(engine));
    const { json: document } = await app.call("GET", "/openapi.json", undefined);
    t.match(document, { security: [{ api_key: [] }, { basic: [] }] });
    const key = Buffer.from(`${app.urls.demonstration?.testKey}:`).toString("base64");
    let sent = 0;
    for (const { method, path, operation } of operationsOf(document)) {
      const { schema, example } = operation.requestBody?.content[FORM] ?? {};
      if (schema === undefined) continue;
      const target = addressOf(path, operation);
      const headers = { authorization: `Basic ${key}`, "content-type": FORM };
      const answer = await fetch(`${app.local}${target}`, { method: "POST", headers, body: formOf(example) });
      t.equal(answer.status, 200, `${method} ${path} ${formOf(example)}: ${await answer.text()}`);
      sent++;
    }
    t.ok(sent > 15, `${sent} calls take forms`);
  },
);

await onSqlite(t, "what a declined charge answers is in the document", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  const { json: document } = await app.call("GET", "/openapi.json", undefined);
  const create = document.paths["/v1/payment_intents"].post;
  const { example } = create.requestBody.content["application/json"];
  const key = app.urls.demonstration?.testKey;
  const faults = { faults: [{ type: "card_declined" }] };
  t.equal((await app.call("POST", "/v1/test_helpers/gateway_faults", key, faults)).status, 200);
  const declined = await app.call("POST", "/v1/payment_intents", key, example);
  t.equal(declined.status, 402);
  t.same(complaints(document, jsonOf(document, create.responses[402]).schema, declined.json), []);
});

await onSqlite(t, "the document names the address under which the service is reached", async (t, engine) => {
  for (const publicUrl of [undefined, "https://h.example/shop/pay"]) {
    const app = await startTestApp(t, testConfig(engine, { publicUrl }));
    const { json } = await app.call("GET", "/openapi.json", undefined);
    t.match(json.servers, [{ url: publicUrl ?? app.urls.http, description: /^This service/ }]);
    t.equal(json.servers.length, 1);
  }
});

await onSqlite(t, "the demonstration's payments are real at the sandbox gateway", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  const key = app.urls.demonstration?.testKey;
  const rest = await app.call("POST", "/v1/refunds", key, { payment_intent: "pi_0demo" });
  t.match(rest.json, { amount: 1999, status: "succeeded" });
  const back = await app.call("POST", "/v1/held_payments/gr_0demoHeld/resolve", key, {
    resolution: "return",
  });
  t.match(back, { status: 200, json: { resolution: "return" } }, back.text);
  t.same(
    app.logged.filter((line) => /"level":"?(error|50)/.test(line)),
    [],
  );
});

async function send(app: TestApp, method: string, path: string, operation: Loose) {
  const key = app.urls.demonstration?.testKey;
  const body = operation.requestBody?.content["application/json"].example;
  const headers: Record<string, string> = isStream(operation) ? { "grpc-timeout": "300m" } : {};
  return await app.call(method.toUpperCase(), addressOf(path, operation), key, body, headers);
}

/** An operation's address as its examples have it. */
function addressOf(path: string, { parameters = [] }: Loose): string {
  const query = new URLSearchParams();
  let target = path;
  for (const { name, in: place, example } of parameters) {
    if (place === "path") target = target.replace(`{${name}}`, encodeURIComponent(example));
    if (place === "query" && typeof example === "string") query.set(name, example);
    if (place === "query" && typeof example === "object")
      for (const [part, value] of Object.entries(example)) query.set(`${name}[${part}]`, String(value));
  }
  return `${target}?${query.toString()}`;
}
