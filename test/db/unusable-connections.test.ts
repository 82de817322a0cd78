import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

import t, { type Test } from "tap";

import type { Database } from "../../src/db/engine/database.js";
import { isDatabaseAway } from "../../src/db/engine/database-errors.js";
import { openDatabase } from "../../src/db/data-source.js";
import { migrate } from "../../src/db/migrate.js";
import { inTransaction } from "../../src/db/transaction.js";
import { silent } from "../support/database.js";
import { hostileServer } from "../support/hostile-server.js";
import { CreateSamples1700000000000, samples } from "../support/sample-table.js";

const shared = await hostileServer(t);

await t.test("a connection that an init_connect breaks is not used, and says why", async (t) => {
  await shared.with({ init_connect: "select nothing from nowhere" }, async () => {
    const error = await failureOf(openSamples(shared.url));
    t.match(error, { name: "UnusableConnection", message: /cannot be set up.*init_connect/ });
    t.ok(isDatabaseAway(error), "a caller of a service that runs tries later");
  });
});

await t.test("a server that does not keep a setting is refused by the setting's name", async (t) => {
  const { url } = await hostileServer(t, ["--maximum-max-sort-length=512"]);
  await t.rejects(openSamples(url), { message: /max_sort_length/ });
});

await t.test("whoever changes a setting on the way is found out", async (t) => {
  const url = await changingRelay(t, shared.url, ["max_sort_length = 1024", "max_sort_length = 1025"]);
  await t.rejects(openSamples(url), { message: /keeps max_sort_length at "1025", and .* needs "1024"/ });
});

await t.test("a server that writes its log by statements is refused in a sentence", async (t) => {
  const { url } = await hostileServer(t, ["--log-bin=log", "--server-id=1", "--binlog-format=STATEMENT"]);
  await t.rejects(openSamples(url), { message: /binlog_format = STATEMENT.*ROW is needed/ });
});

await t.test("a user who may open fewer connections than the pool waits for those there are", async (t) => {
  for (const connections of [1, 3]) {
    await shared.admin.query(`alter user 'pay'@'127.0.0.1' with max_user_connections ${connections}`);
    const database = await openSamples(shared.url);
    const work = Array.from({ length: 60 }, (_, i) =>
      i % 2 === 0
        ? database.manager.query("select ? as one, sleep(0.002)", [i])
        : inTransaction(database, "SERIALIZABLE", (tx) => tx.query("select 1, sleep(0.002)")),
    );
    t.equal((await Promise.allSettled(work)).filter(({ status }) => status === "rejected").length, 0);
    await database.close();
  }
  await shared.admin.query("alter user 'pay'@'127.0.0.1' with max_user_connections 0");
});

async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  return await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

/** A way to the server on which `from` arrives as `to`, which is as long. */
async function changingRelay(t: Test, url: string, [from, to]: [string, string]): Promise<string> {
  const server = new URL(url);
  const relay = createServer((client) => {
    const upstream = connect(Number(server.port), server.hostname);
    client.on("data", (chunk) => upstream.write(chunk.toString("latin1").replaceAll(from, to), "latin1"));
    upstream.on("data", (chunk) => client.write(chunk));
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  t.teardown(() => relay.close());
  const address = new URL(url);
  address.port = String((relay.address() as AddressInfo).port);
  return address.href;
}

async function openSamples(url: string): Promise<Database> {
  const migrations = [CreateSamples1700000000000];
  const database = await openDatabase({ url, dataDir: "", entities: [samples], migrations, log: silent });
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
