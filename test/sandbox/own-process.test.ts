import { randomBytes } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

import t, { type Test } from "tap";

import { sandboxAccounts } from "../../src/sandbox/tables/sandbox-accounts.js";
import { entities, migrations } from "../../src/start/schema.js";
import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { environmentOf, run, runJson, start } from "../support/command.js";
import { eachEngine, onSqlite, type TestEngine, until } from "../support/database.js";
import { anOrder } from "../support/orders.js";
import { CARD } from "./stand.js";

/** A sandbox on the story's engine, and the configuration of a service beside it, on a file of its own. */
async function startBoth(t: Test, engine: TestEngine, secretsKey = randomBytes(32)) {
  const folder = engine.name === "sqlite" ? engine.place.dataDir : t.testdir();
  const sandbox = await startSandbox(t, {
    ...environmentOf(testConfig(engine, { secretsKey })),
    DATA_DIR: path.join(folder, "sandbox"),
  });
  const place = { databaseUrl: undefined, dataDir: path.join(folder, "service") };
  const config = testConfig(engine, { ...place, secretsKey, sandboxUrl: sandbox.url });
  return { sandbox, config, folder };
}

async function startSandbox(t: Test, env: Record<string, string>) {
  const child = start({ ...env, LOG_LEVEL: "trace" }, ["sandbox"]);
  t.teardown(() => child.kill("SIGKILL"));
  if (child.stdout === null || child.stderr === null) throw new Error("The process has no output.");
  const logged = text(child.stderr);
  const stop = async (): Promise<string> => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    t.same(await ended, [0, null]);
    return await logged;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /http:\/\/localhost:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) return { url: `http://localhost:${port}`, port, stop };
  }
  throw new Error(`The sandbox ended before it was ready: ${await logged}`);
}

/** Creates a test session and pays it; answers what became of it. */
async function pay(app: TestApp, testKey: string) {
  const { json: session } = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder());
  const leading = await (await openPage(session.url)).forms[0]?.submit();
  const leaving = await leading?.forms[0]?.submit(CARD);
  await leaving?.forms[0]?.submit();
  const read = await app.call("GET", `/v1/checkout/sessions/${session.id}`, testKey);
  return { status: read.json.status as string, cardPage: leading?.url };
}

await onSqlite(t, "without a key that services can share a sandbox does not start", async (t, engine) => {
  const env = environmentOf(testConfig(engine));
  t.match(await run(env, ["sandbox"]), { code: 1, stderr: /SECRETS_KEY is required/ });
});

await onSqlite(t, "accounts are taken from services with the same key only", async (t, engine) => {
  const key = randomBytes(32);
  const { sandbox, config } = await startBoth(t, engine, key);
  const put = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${sandbox.url}/accounts`, { method: "PUT", body, headers });
  t.equal((await put('{"accounts":[]}')).status, 401);
  t.equal((await put('{"accounts":[]}', { authorization: "Bearer 123" })).status, 401);
  const app = await startTestApp(t, {
    ...config,
    secretsKey: randomBytes(32),
    dataDir: `${config.dataDir}-other`,
  });
  t.match(app.logged.join("\n"), /does not know the test accounts yet/);
  t.notMatch(app.logged.join("\n"), key.toString("base64"));
  await sandbox.stop();
});

await eachEngine(
  t,
  "test payments are made, and faults set, on a sandbox in another process",
  async (t, engine) => {
    const { sandbox, config, folder } = await startBoth(t, engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    t.match(await pay(app, testKey), { status: "complete", cardPage: `${sandbox.url}/hosted/` });
    t.equal((await fetch(`${app.local}/sandbox/hosted/`, { method: "POST" })).status, 404, "none is here");

    await setFaults(t, app, testKey);

    const env = { ...environmentOf(config), SANDBOX_URL: sandbox.url };
    const made = await runJson(env, ["merchants", "create", "--name", "Made later", "--country", "GB"]);
    const scope = ["--merchant", made["id"] ?? "", "--mode", "test"];
    const { key: laterKey = "" } = await runJson(env, ["keys", "create", ...scope]);
    t.match(await pay(app, laterKey), { status: "complete" }, "the command told the sandbox");

    const again = await startTestApp(t, config);
    t.match(await pay(again, testKey), { status: "complete" }, "telling it again changes nothing");
    const place = engine.name === "sqlite" ? { dataDir: path.join(folder, "sandbox") } : {};
    const books = await engine.open({ entities, migrations, ...place });
    const rows = await books.manager.find(sandboxAccounts);
    t.equal(rows.length, 2, "the test's and the command's");
    // Long words only: two letters turn up by chance among sealed bytes.
    t.notOk(rows.some(({ accountSealed }) => /Made later|"secret"/.test(accountSealed.toString("latin1"))));
    t.notMatch(await sandbox.stop(), /Bearer|"secret"|4929421234600821/);
  },
);

/** Sets faults of a merchant's at the sandbox, which they hold for, and takes them back. */
async function setFaults(t: Test, app: TestApp, testKey: string): Promise<void> {
  const call = async (method: string, body?: object) =>
    await app.call(method, "/v1/test_helpers/gateway_faults", testKey, body);
  const dropped = { faults: [{ type: "wrong_amount" }, { type: "callback_delayed", milliseconds: 60_000 }] };
  t.match(await call("POST", dropped), { status: 200, json: dropped });
  t.match((await call("GET")).json, dropped);
  t.match(await pay(app, testKey), { status: "open" });
  t.match((await app.call("GET", "/v1/held_payments", testKey)).json.data, [{ reason: "amount_mismatch" }]);
  t.match((await call("POST", {})).json, { faults: [] });
  t.match(await pay(app, testKey), { status: "complete" });
}

await onSqlite(
  t,
  "a service starts while the sandbox is away, and the command says so",
  async (t, engine) => {
    const { sandbox, config, folder } = await startBoth(t, engine);
    await sandbox.stop();
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const env = { ...environmentOf(config), SANDBOX_URL: sandbox.url };
    const made = await run(env, ["merchants", "create", "--name", "Made alone", "--country", "GB"]);
    t.match(made, { code: 0, stderr: /takes no test payments/ });
    const key = config.secretsKey;
    await startSandbox(t, {
      ...environmentOf(testConfig(engine, { secretsKey: key, port: Number(sandbox.port) })),
      DATA_DIR: path.join(folder, "sandbox"),
    });
    await until(
      "the service has told the sandbox",
      async () => (await pay(app, testKey)).status === "complete",
      500,
    );
  },
);
