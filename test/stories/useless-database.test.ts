import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

import mysql, { type Connection } from "mysql2/promise";
import t, { type Test } from "tap";

import {
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
} from "../support/app.js";
import { onSqlite, until } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { type RestartableDatabase, startRestartable } from "../support/servers/private-server.js";
import { anOrder } from "../support/orders.js";
import { formBody, sendForm } from "../support/pay-page.js";
import { bring, callback, type Session, stored } from "../support/results.js";

/** Whoever waits for an answer of ours is answered within that. */
const ANSWERED_WITHIN_MS = 10_000;

/** How soon `/readyz` follows a fault, and the service its end. */
const FOLLOWS_WITHIN_MS = 5_000;

/**
 * Once it is known, nobody waits for it by himself: not for a lock, which is 2 s, nor for runs of a
 * transaction, which are more.
 */
const AT_ONCE_MS = 2_000;

/** What keeps a database that stands from its work. */
interface Fault {
  begin(): unknown;
  end(): unknown;
}

type Place = Parameters<typeof testConfig>[0]["place"];

interface Stage {
  readonly app: TestApp;
  readonly mine: TestMerchant;
}

async function setStage(t: Test, place: Place): Promise<Stage> {
  const config = testConfig({ name: place.url === undefined ? "sqlite" : "mysql", place });
  const mine = await createTestMerchant(config);
  return { mine, app: await startTestApp(t, config) };
}

/** A fault begins under a service that runs, and ends. Nothing is lost, stored twice, or refused for good. */
async function endure(t: Test, { app, mine }: Stage, fault: Fault): Promise<void> {
  const open = async () =>
    (await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder())).json as Session;
  const bodyOf = (session: Session) =>
    signedBody(paidMessage(session, mine.live.gatewayMerchantId), mine.live.secret);
  const [called, brought] = [await open(), await open()];
  const create = () =>
    app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder(), { "idempotency-key": t.name });
  const before = await stored(app);
  const form = await formBody(app, called.id);
  t.equal(await readiness(app), 200);

  await fault.begin();
  const began = performance.now();
  const red = until("the service is not ready", async () => (await readiness(app)) !== 200).then(
    () => performance.now() - began,
  );
  const answers = await Promise.all([
    refusal(callback(app, bodyOf(called))),
    refusal(bring(app, brought.id, bodyOf(brought))),
    refusal(sendForm(app, called.id, form)),
    refusal(create()),
    refusal(app.call("POST", `/v1/checkout/sessions/${called.id}/expire`, mine.liveKey)),
  ]);
  for (const { told, retryAfter, ms } of answers) {
    t.match(told, /^503/);
    t.ok(retryAfter);
    t.ok(ms < ANSWERED_WITHIN_MS, `${ms} ms`);
  }
  t.ok((await red) < FOLLOWS_WITHIN_MS, `not ready after ${await red} ms`);
  t.match(
    (await refusal(create())).told,
    /^503.*service_unavailable/s,
    "a key is not taken for another call's",
  );

  if (app.config.databaseUrl !== undefined) {
    // In its first seconds the fault may be a switch to another primary, whose end is waited for.
    const isQuick = async () => (await refusal(callback(app, bodyOf(called)))).ms < AT_ONCE_MS;
    await until("writers are refused at once", isQuick);
    const late = await Promise.all(Array.from({ length: 20 }, () => refusal(callback(app, bodyOf(called)))));
    for (const { told, ms } of late)
      t.ok(told.startsWith("503") && ms < AT_ONCE_MS, `${told} after ${ms} ms`);
  }

  await fault.end();
  const ended = performance.now();
  await until("the service is ready again", async () => (await readiness(app)) === 200);
  t.ok(performance.now() - ended < FOLLOWS_WITHIN_MS);
  t.equal((await callback(app, bodyOf(called))).status, 200);
  t.equal((await bring(app, brought.id, bodyOf(brought))).status, 303);
  const first = await create();
  t.equal(first.status, 200);
  t.equal((await create()).json.id, first.json.id);
  const { intents, results } = before;
  t.match(await stored(app), { intents: intents + 2, results: { length: results.length + 2 } });
}

async function readiness(app: TestApp): Promise<number> {
  return (await fetch(`${app.local}/readyz`)).status;
}

type Answer = Pick<Response, "status" | "headers"> & { text: string | (() => Promise<string>) };

/** What was told, and after how long. */
async function refusal(answering: Promise<Answer>) {
  const began = performance.now();
  const { status, headers, text } = await answering.then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    text: typeof answer.text === "string" ? answer.text : await answer.text(),
  }));
  return {
    told: `${status} ${text.slice(0, 400)}`,
    retryAfter: headers.get("retry-after"),
    ms: performance.now() - began,
  };
}

const FAULTS: Readonly<Record<string, readonly [begin: string, end: string]>> = {
  "read-only": ["set global read_only = 1", "set global read_only = 0"],
  "under a read lock on all tables": ["flush tables with read lock", "unlock tables"],
  "offline, which MySQL has": ["set global offline_mode = 1", "set global offline_mode = 0"],
};

async function isTaken(admin: Connection, statement: string): Promise<boolean> {
  return await admin.query(statement).then(
    () => true,
    () => false,
  );
}

const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = {
  killed: "SIGKILL",
  "shut down": "SIGTERM",
  stopped: "SIGSTOP",
};

await t.test(
  "a server that is of no use, or gone, for a while is told as such, and forgotten once it is back",
  async (t) => {
    const server = await startRestartable(t);
    const admin = await mysql.createConnection(server.url);
    const url = await databaseOfItsUser(admin, server.url);
    const stage = await setStage(t, { url, dataDir: "" });
    for (const [what, [begin, end]] of Object.entries(FAULTS)) {
      await t.test(what, async (t) => {
        const known = await isTaken(admin, begin);
        await admin.query(end).catch(() => undefined); // This server knows nothing of the kind.
        if (!known) t.pass("this server knows nothing of the kind");
        else await endure(t, stage, { begin: () => admin.query(begin), end: () => admin.query(end) });
      });
    }
    await admin.end();
    for (const [what, signal] of Object.entries(SIGNALS)) {
      await t.test(what, async (t) => endure(t, stage, goneBy(server, signal)));
    }
  },
);

/** A database whose user may only work in it: one who may do everything writes where others only read. */
async function databaseOfItsUser(admin: Connection, server: string): Promise<string> {
  await admin.query("create database pay");
  await admin.query("create user 'pay'@'127.0.0.1' identified by 'secret'");
  await admin.query("grant all on pay.* to 'pay'@'127.0.0.1'");
  const url = new URL(server);
  Object.assign(url, { username: "pay", password: "secret", pathname: "/pay" });
  return url.href;
}

function goneBy(server: RestartableDatabase, signal: NodeJS.Signals): Fault {
  if (signal === "SIGSTOP")
    return { begin: () => server.signal(signal), end: () => server.signal("SIGCONT") };
  const begin = async (): Promise<void> => {
    server.signal(signal);
    await server.ended();
  };
  return { begin, end: () => server.start() };
}

/** Holds the file until its input ends. */
const HOLD = `
  const connection = new (require("libsql"))(process.argv[1], { timeout: 5000 });
  connection.exec("begin immediate");
  console.log("held");
  process.stdin.resume().on("end", () => connection.exec("rollback"));
`;

await onSqlite(
  t,
  "a file that another process holds is told as such, and forgotten once it is free",
  async (t, engine) => {
    const holder: { end?: () => Promise<unknown> } = {};
    await endure(t, await setStage(t, engine.place), {
      begin: async () => {
        const file = path.join(engine.place.dataDir, "calmony-pay.db");
        const child = spawn(process.execPath, ["-e", HOLD, file], { stdio: ["pipe", "pipe", "inherit"] });
        t.teardown(() => child.kill());
        await once(child.stdout, "data");
        const ended = once(child, "exit");
        holder.end = () => {
          child.stdin.end();
          return ended;
        };
      },
      end: () => holder.end?.(),
    });
  },
);
