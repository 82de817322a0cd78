import { randomBytes } from "node:crypto";

import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import t, { type Test } from "tap";

import type { Config } from "../../src/start/config.js";
import { openStore } from "../../src/start/store.js";
import {
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
} from "../support/app.js";
import { silent, until } from "../support/database.js";
import { anOrder } from "../support/orders.js";
import { type RestartableDatabase, startRestartable } from "../support/servers/private-server.js";

/** A switch is followed within that. */
const FOLLOWED_WITHIN_MS = 2_000;

/** Two servers, of which one takes writes at any time, as the members of a group do. */
interface Pair {
  readonly servers: readonly [RestartableDatabase, RestartableDatabase];
  readonly admins: readonly [Connection, Connection];
  readonly mine: TestMerchant;
  /** With a DATABASE_URL that names both. */
  readonly config: Config;
}

await t.test("of several servers the one that takes writes is used", async (t) => {
  const pair = await openPair(t);
  await t.test("who only reads follows a switch as well", (t) => readAcrossSwitch(t, pair));
  await t.test("where none takes writes, the service is not ready, and says so", (t) => waitForOne(t, pair));
  // The last: it kills one of the two.
  await t.test("a switch is followed, and the end of one", (t) => writeAcrossSwitch(t, pair));
});

async function readAcrossSwitch(t: Test, { admins, mine, config }: Pair): Promise<void> {
  const app = await startTestApp(t, config);
  const { id } = JSON.parse((await create(app, mine)).text) as { id: string };
  await copyRows(admins[0], admins[1]);
  await admins[1].query("update checkout_session set client_reference_id = 'later' where id = ?", [id]);
  const read = async (): Promise<unknown> => {
    const { text } = await app.call("GET", `/v1/checkout/sessions/${id}`, mine.liveKey);
    return (JSON.parse(text) as { client_reference_id: unknown }).client_reference_id;
  };
  t.not(await read(), "later");
  await refuseWrites(admins[0], true);
  const switchedAt = performance.now();
  await until("the state of the new primary is read", async () => (await read()) === "later");
  t.ok(performance.now() - switchedAt < FOLLOWED_WITHIN_MS * 2);
}

async function waitForOne(t: Test, { admins, mine, config }: Pair): Promise<void> {
  const app = await startTestApp(t, config);
  await Promise.all(admins.map((admin) => refuseWrites(admin, true)));
  const { status, text, headers } = await create(app, mine);
  t.match([status, text], [503, /service_unavailable/]);
  t.ok(headers.get("retry-after"));
  await until("it is not ready", async () => (await app.call("GET", "/readyz", undefined)).status === 503);
  await refuseWrites(admins[1], false);
  await until("it is ready", async () => (await app.call("GET", "/readyz", undefined)).status === 200);
  t.equal((await create(app, mine)).status, 200);
}

async function writeAcrossSwitch(t: Test, { admins, servers, mine, config }: Pair): Promise<void> {
  const before = await Promise.all(admins.map(sessionsOf));
  const added = async (): Promise<number[]> =>
    (await Promise.all(admins.map(sessionsOf))).map((n, i) => n - (before[i] ?? 0));
  await refuseWrites(admins[0], true);
  await refuseWrites(admins[1], false);
  const app = await startTestApp(t, config);

  t.equal((await create(app, mine)).status, 200);
  t.same(await added(), [0, 1], "the second takes writes, and is found at the start");

  const during = Array.from({ length: 20 }, () => create(app, mine));
  await refuseWrites(admins[1], true);
  during.push(...Array.from({ length: 20 }, () => create(app, mine)));
  await refuseWrites(admins[0], false);
  const switchedAt = performance.now();
  for (const { status, text } of await Promise.all(during)) t.equal(status, 200, text);
  t.ok(performance.now() - switchedAt < FOLLOWED_WITHIN_MS * 2);
  const [first = 0, second = 0] = await added();
  t.equal(first + second, 41, "each call is done once");
  t.ok(first > 0);

  t.comment("the primary is gone at once, and another takes over");
  await refuseWrites(admins[1], false);
  servers[0].signal("SIGKILL");
  await servers[0].ended();
  const answered = await until("a call succeeds", async () => (await create(app, mine)).status === 200);
  t.ok(answered);
  t.ok((await sessionsOf(admins[1])) > (before[1] ?? 0) + second);
  t.equal((await app.call("GET", "/readyz", undefined)).status, 200);
}

/** Two servers with the same tables and one merchant, as replication would have brought them. */
async function openPair(t: Test): Promise<Pair> {
  const servers = await Promise.all([startRestartable(t), startRestartable(t)]);
  const admins = await Promise.all([openAdmin(t, servers[0].url), openAdmin(t, servers[1].url)]);
  const secretsKey = randomBytes(32);
  const mine = await createTestMerchant(configOf(hostOf(servers[0]), secretsKey));
  await (await openStore(configOf(hostOf(servers[1]), secretsKey), silent)).db.close();
  await copyRows(admins[0], admins[1]);
  return { servers, admins, mine, config: configOf(servers.map(hostOf).join(","), secretsKey) };
}

function hostOf({ url }: RestartableDatabase): string {
  return new URL(url).host;
}

/** A connection that may do everything, to a server with a database and a user who may only work in it. */
async function openAdmin(t: Test, url: string): Promise<Connection> {
  const admin = await mysql.createConnection({ uri: url, supportBigNumbers: true });
  admin.on("error", () => undefined); // One server is killed.
  t.teardown(() => admin.destroy());
  await admin.query("create database pay");
  await admin.query("use pay");
  await admin.query("create user 'pay'@'127.0.0.1' identified by 'secret'");
  await admin.query("grant all on pay.* to 'pay'@'127.0.0.1'");
  return admin;
}

function configOf(hosts: string, secretsKey: Buffer): Config {
  const place = { url: `mysql://pay:secret@${hosts}/pay`, dataDir: "" };
  return testConfig({ name: "mysql", place }, { secretsKey });
}

async function copyRows(from: Connection, to: Connection): Promise<void> {
  const [tables] = await from.query<RowDataPacket[]>("show tables");
  for (const table of tables.map((row) => String(Object.values(row)[0]))) {
    const [rows] = await from.query<RowDataPacket[]>("select * from ??", [table]);
    for (const row of rows) await to.query("insert ignore into ?? set ?", [table, row]);
  }
}

async function refuseWrites(admin: Connection, refused: boolean): Promise<void> {
  await admin.query(`set global read_only = ${refused ? 1 : 0}`);
}

async function sessionsOf(admin: Connection): Promise<number> {
  const [rows] = await admin.query<RowDataPacket[]>("select count(*) as sessions from checkout_session");
  return Number(rows[0]?.["sessions"]);
}

function create(app: TestApp, mine: TestMerchant) {
  return app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
}
