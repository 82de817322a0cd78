import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { text } from "node:stream/consumers";
import path from "node:path";

import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { portOf, silentServer } from "../support/broken-starts.js";
import { environmentOf, run, runJson, start } from "../support/command.js";
import { eachEngine, onSqlite, until } from "../support/database.js";
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
  "a start that fails takes no key with it, and a lost key is had again",
  async (t, engine) => {
    const env = environmentOf(testConfig(engine));
    const taken = String(portOf(await silentServer(t)));
    const failed = await run({ ...env, GRPC_PORT: taken }, ["serve"]);
    t.match(failed, { code: 1, stdout: "" });
    t.same(readdirSync(engine.place.dataDir), [], "not even a database");
    const first = (await serve(t, env)).printed.join("\n");
    t.match(first, /^Test key of a demonstration merchant: sk_test_\w+$/m);
    const [, ...command] = /bin\/calmony-pay (.*)/.exec(first)?.[1]?.split(" ") ?? [];
    const { key } = await runJson(env, ["keys", ...command]);
    t.match(key, /^sk_test_/);
    const later = await serve(t, env);
    t.notMatch(later.printed.join("\n"), /sk_test_\w/);
    const answer = await fetch(`${later.url}/v1/customers`, { headers: { authorization: `Bearer ${key}` } });
    t.equal(answer.status, 200);
  },
);

await onSqlite(t, "each later start says how to go on, too", async (t, engine) => {
  const env = environmentOf(testConfig(engine));
  await (await serve(t, env)).stop("SIGTERM");
  const later = start(env, ["serve"]);
  t.teardown(() => later.kill("SIGKILL"));
  later.stderr?.resume();
  const printed = await untilWritten(later.stdout, /^curl -X POST .*\n/m);
  t.match(printed, /^Start here +http:\/\/localhost:\d+\/$/m);
  t.match(printed, /^Another test key +bin\/calmony-pay keys demo$/m);
  t.match(
    printed,
    /^curl -X POST http:\S+\/v1\/checkout\/sessions -H "Authorization: Bearer sk_test_\.\.\."/m,
  );
});

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
  "the files in a folder that others can read are for their owner only",
  async (t, engine) => {
    const dataDir = path.join(engine.place.dataDir, "open");
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o755);
    const service = await serve(
      t,
      environmentOf(testConfig({ ...engine, place: { url: undefined, dataDir } })),
    );
    const names = readdirSync(dataDir);
    t.ok(["calmony-pay.db", "calmony-pay.db-wal", "secrets.key"].every((name) => names.includes(name)));
    for (const name of names) t.equal(statSync(path.join(dataDir, name)).mode & 0o777, 0o600, name);
    t.equal(statSync(dataDir).mode & 0o777, 0o755, "the folder is as its owner made it");
    await service.stop("SIGTERM");
  },
);

await onSqlite(t, "SIGUSR1 opens no debugger", async (t, engine) => {
  const child = start(environmentOf(testConfig(engine)), ["serve"]);
  t.teardown(() => child.kill("SIGKILL"));
  if (child.stderr === null) throw new Error("The process has no output.");
  const logged = text(child.stderr);
  const printed = await untilWritten(child.stdout, /^Another test key.*/m);
  child.kill("SIGUSR1");
  const url = /http:\/\/localhost:\d+/.exec(printed)?.[0];
  for (let asked = 0; asked < 20; asked++) t.equal((await fetch(`${url}/healthz`)).status, 200);
  child.kill("SIGTERM");
  t.notMatch(await logged, /Debugger/);
});
