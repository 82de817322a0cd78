import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { text } from "node:stream/consumers";
import path from "node:path";

import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { portOf, silentServer } from "../support/broken-starts.js";
import { environmentOf, run, runJson, start } from "../support/command.js";
import { eachEngine, onSqlite, until } from "../support/database.js";
import { anOrder } from "../support/orders.js";
import { serve, untilWritten } from "../support/serve.js";

await onSqlite(t, "of four first starts at once one makes the demonstration merchant", async (t, engine) => {
  const env = environmentOf(testConfig(engine));
  const children = Array.from({ length: 4 }, () => start(env, ["serve"]));
  for (const child of children) t.teardown(() => child.kill("SIGKILL"));
  const printed = await Promise.all(
    children.map((child) => {
      child.stderr?.resume();
      return untilWritten(child.stdout, /^Another test key.*/m);
    }),
  );
  const keys = printed.flatMap((text) => /sk_test_\w+/.exec(text) ?? []);
  t.equal(new Set(keys).size, 1, "one of them prints its key");
  const { stdout } = await run(env, ["merchants", "list", "--json"]);
  t.equal(JSON.parse(stdout).data.length, 1);
});

await onSqlite(
  t,
  "a first start prints a test key that works, a later one how to have another",
  async (t, engine) => {
    const env = environmentOf(testConfig(engine));
    const taken = String(portOf(await silentServer(t)));
    const failed = await run({ ...env, GRPC_PORT: taken }, ["serve"]);
    t.match(failed, { code: 1, stdout: "" });
    t.same(
      readdirSync(engine.place.dataDir),
      [],
      "a start that fails takes no key with it, nor makes a database",
    );

    const first = await serve(t, env);
    const lines = first.printed.join("\n");
    const [, testKey = "none"] = /^Test key of a demonstration merchant: (sk_test_\w+)$/m.exec(lines) ?? [];
    const [keyAt, urlAt] = [testKey, first.url].map((text) => lines.indexOf(text));
    t.ok(Number(keyAt) < Number(urlAt), "the key is printed before the ports open");
    t.match(first.printed.at(-1), /^curl -X POST http/);
    t.equal((await call(first.url, testKey, "checkout/sessions", anOrder())).status, 200);
    await first.stop("SIGTERM");

    const [, ...command] = /bin\/calmony-pay (.*)/.exec(lines)?.[1]?.split(" ") ?? [];
    const { key = "" } = await runJson(env, ["keys", ...command]);
    t.match(key, /^sk_test_/, "a lost key is had again");
    const later = start(env, ["serve"]);
    t.teardown(() => later.kill("SIGKILL"));
    later.stderr?.resume();
    const printed = await untilWritten(later.stdout, /^curl -X POST .*\n/m);
    t.notMatch(printed, /sk_test_\w/);
    t.match(printed, /^Another test key +bin\/calmony-pay keys demo$/m);
    t.match(
      printed,
      /^curl -X POST http:\S+\/v1\/checkout\/sessions -H "Authorization: Bearer sk_test_\.\.\."/m,
    );
    const [, url = ""] = /^Start here +(http:\/\/localhost:\d+)\/$/m.exec(printed) ?? [];
    t.equal((await call(url, key, "customers", undefined)).status, 200);
  },
);

async function call(url: string, key: string, what: string, order: object | undefined): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const request = order && { method: "POST", body: JSON.stringify(order) };
  return await fetch(`${url}/v1/${what}`, { ...request, headers });
}

await eachEngine(t, "`keys demo` makes the demonstration merchant beside others, once", async (t, engine) => {
  const config = testConfig(engine);
  await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const env = environmentOf(config);
  const first = await runJson(env, ["keys", "demo"]);
  const second = await runJson(env, ["keys", "demo"]);
  t.match(second, { merchant: first["merchant"], mode: "test" });
  t.not(first["key"], second["key"]);
  for (const { key } of [first, second])
    t.match((await app.call("GET", "/v1/checkout/sessions/cs_0demo", String(key))).json, {
      status: "complete",
    });
  await until("the shop is open", async () => (await app.call("GET", "/demo", undefined)).status === 200);
  t.match((await run(env, ["keys", "demo"])).stdout, /\ncurl -X POST http/);
});

await onSqlite(
  t,
  "the files in a folder that others can read are for their owner only, and SIGUSR1 opens no debugger",
  async (t, engine) => {
    const dataDir = path.join(engine.place.dataDir, "open");
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o755);
    const config = testConfig({ ...engine, place: { url: undefined, dataDir } });
    const child = start(environmentOf(config), ["serve"]);
    t.teardown(() => child.kill("SIGKILL"));
    if (child.stderr === null) throw new Error("The process has no output.");
    const logged = text(child.stderr);
    const printed = await untilWritten(child.stdout, /^Another test key.*/m);
    const names = readdirSync(dataDir);
    t.ok(["calmony-pay.db", "calmony-pay.db-wal", "secrets.key"].every((name) => names.includes(name)));
    for (const name of names) t.equal(statSync(path.join(dataDir, name)).mode & 0o777, 0o600, name);
    t.equal(statSync(dataDir).mode & 0o777, 0o755, "the folder is as its owner made it");

    child.kill("SIGUSR1");
    const url = /http:\/\/localhost:\d+/.exec(printed)?.[0];
    for (let asked = 0; asked < 20; asked++) t.equal((await fetch(`${url}/healthz`)).status, 200);
    child.kill("SIGTERM");
    t.notMatch(await logged, /Debugger/);
  },
);
