import { once } from "node:events";
import { readFileSync } from "node:fs";

import { Webhook } from "standardwebhooks";
import t from "tap";

import { merchantApi } from "../../src/cli/developer/merchant-api.js";
import { SCENARIOS } from "../../src/cli/developer/scenarios.js";
import { EVENT_TYPES, type EventType } from "../../src/domain/event.js";
import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { run, start } from "../support/command.js";
import { onSqlite, until } from "../support/database.js";
import { listen } from "../support/listen.js";

/** The types that the guide's table lists: `payment_intent.created`, `.processing` are two. */
const DOCUMENTED = (readFileSync("docs/webhooks.md", "utf8").split("\n## What each event means\n")[1] ?? "")
  .split("\n## ")[0]
  ?.split("\n")
  .filter((line) => line.startsWith("| `"))
  .flatMap((line) => {
    const names = (line.split("|")[1] ?? "").match(/[a-z_.]+/g) ?? [];
    const object = names[0]?.replace(/\.[a-z_]+$/, "") ?? "";
    return names.map((name) => (name.startsWith(".") ? `${object}${name}` : name));
  });

t.test("the guide lists each type of event once", (t) => {
  t.same(DOCUMENTED?.toSorted(), EVENT_TYPES);
  t.end();
});

await onSqlite(t, "every type of event is caused by really doing it", async (t, engine) => {
  const config = testConfig(engine, { webhookPrivateAddresses: true });
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const api = merchantApi(app.local, testKey);
  for (const type of EVENT_TYPES) {
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

await onSqlite(t, "the commands look for the service where serve would have it", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const trigger = (env: Record<string, string>) =>
    run(env, ["trigger", "customer.created", "--key", testKey]);
  const PORT = String(app.urls.port);
  t.match(await trigger({ PORT }), { code: 0, stdout: /customer\.created/ });
  t.match(await trigger({ PORT: "0" }), { code: 1, stderr: /PORT is 0: say with --api/ });
  t.match(await trigger({ PORT: "many" }), { code: 1, stderr: /PORT must be a port/ });
  const publicUrl = { PORT, PUBLIC_URL: "http://127.0.0.1:9/pay" };
  t.match(await trigger(publicUrl), { code: 1, stderr: /http:\/\/127\.0\.0\.1:9 does not answer/ });
  t.match(await trigger({ PUBLIC_URL: app.local }), { code: 0 });
  const listening = start({ PORT }, ["listen", "--forward-to", "http://127.0.0.1:9", "--key", testKey]);
  const exit = once(listening, "exit");
  let printed = "";
  listening.stdout?.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  await until("it has reached the service", () => printed.includes("whsec_"));
  listening.kill("SIGINT");
  t.equal((await exit)[0], 0);
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
