import { once } from "node:events";

import { Webhook } from "standardwebhooks";
import t from "tap";

import { merchantApi } from "../../src/cli/developer/merchant-api.js";
import { SCENARIOS } from "../../src/cli/developer/scenarios.js";
import { EVENT_TYPES, type EventType } from "../../src/domain/event.js";
import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { run, start } from "../support/command.js";
import { onSqlite, until } from "../support/database.js";
import { listen } from "../support/listen.js";

const TRIGGERED = EVENT_TYPES.filter((type) => type !== "refund.failed");

await onSqlite(t, "every type of event is caused by really doing it", async (t, engine) => {
  const config = testConfig(engine, { webhookPrivateAddresses: true });
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const api = merchantApi(app.local, testKey);
  t.throws(() => SCENARIOS["refund.failed"](api, () => Promise.resolve()), /cannot be triggered/);
  for (const type of TRIGGERED) {
    const after = await newest(app, testKey);
    const happened = () => until(type, () => isThere(app, testKey, type, after));
    await SCENARIOS[type](api, async () => void (await happened()));
    t.ok(await happened(), type);
  }
});

await onSqlite(t, "trigger names what is wrong, and prints what it has caused", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const trigger = (type: string, key: string, api = app.local) =>
    run({}, ["trigger", type, "--key", key, "--api", api]);
  t.match(await trigger("customer.born", testKey), { code: 1, stderr: /There is no such type of event/ });
  t.match(await trigger("customer.created", "sk_test_1"), { code: 1, stderr: /401: Invalid API key/ });
  t.match(await trigger("customer.created", testKey, "http://127.0.0.1:9"), {
    code: 1,
    stderr: /does not answer: is the service running there/,
  });
  t.match(await trigger("customer.created", testKey), { code: 0, stdout: /customer\.created +evt_/ });
});

await onSqlite(
  t,
  "listen posts each new event, signed, to a program of the developer's",
  async (t, engine) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const received: { body: string; headers: Record<string, string> }[] = [];
    const url = await listen(t, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const headers = request.headers as Record<string, string>;
        received.push({ body: Buffer.concat(chunks).toString(), headers });
        response.writeHead(204).end();
      });
    });
    const command = start({}, ["listen", "--forward-to", url, "--key", testKey, "--api", app.local]);
    const exit = once(command, "exit");
    let printed = "";
    command.stdout?.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    await until("the secret", () => /whsec_\S+/.test(printed));
    const [secret = ""] = /whsec_\S+/.exec(printed) ?? [];
    await app.call("POST", "/v1/customers", testKey, { name: "Ada Lovelace" });
    await until("the event", () => received.length > 0);
    const [first] = received;
    const event = new Webhook(secret).verify(first?.body ?? "", first?.headers ?? {});
    t.match(event, { type: "customer.created", data: { object: { name: "Ada Lovelace" } } });
    await until("it is printed", () => / customer\.created .* 204 /.test(printed));
    command.kill("SIGINT");
    t.equal((await exit)[0], 0, "Ctrl-C ends it");
  },
);

async function newest(app: TestApp, key: string): Promise<number> {
  return (await app.call("GET", "/v1/events?limit=1", key)).json.data[0]?.sequence ?? 0;
}

async function isThere(app: TestApp, key: string, type: EventType, after: number): Promise<boolean> {
  const { json } = await app.call("GET", `/v1/events?after=${after}&type=${type}`, key);
  return type === "webhook_endpoint.test" || json.data.length > 0;
}
