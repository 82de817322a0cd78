import { setTimeout as sleep } from "node:timers/promises";

import type { Connection, RowDataPacket } from "mysql2/promise";
import type { Test } from "tap";

import { type DatabaseOptions, openDatabase } from "../../src/db/data-source.js";
import { type Database, enableTransactionGuard } from "../../src/db/engine/database.js";
import { createLog, type Log } from "../../src/lib/log.js";
import { tellsOn } from "./quick.js";
import { shareStore } from "./story-stores.js";
import { type StorySchema, takeEmptySchema, takeSchema } from "./servers/story-schemas.js";

/** A database of one story: a schema of its own on the server, or a file in a folder of its own. */
export interface TestEngine {
  readonly name: "mysql" | "sqlite";
  /** What `openDatabase` is told; other processes of a story are told the same. */
  readonly place: Pick<DatabaseOptions, "url" | "dataDir">;
  /** Opens it, as often as the story likes. It is closed when the story ends. */
  open(parts: Partial<DatabaseOptions>): Promise<Database>;
}

type Story = (t: Test, engine: TestEngine) => Promise<void>;

/** Tells one story of the service twice: on the embedded file and on the server. */
export async function eachEngine(t: Test, name: string, story: Story): Promise<void> {
  await onSqlite(t, `${name}, in the embedded file`, story);
  await onMysql(t, `${name}, on a server`, story);
}

/** As `eachEngine`, for a story that makes its tables itself. */
export async function eachEmptyEngine(t: Test, name: string, story: Story): Promise<void> {
  await onSqlite(t, `${name}, in the embedded file`, story);
  await onEmptyMysql(t, `${name}, on a server`, story);
}

export async function onSqlite(t: Test, name: string, story: Story): Promise<void> {
  enableTransactionGuard();
  if (!tellsOn("embedded")) return t.comment(`${name}: left out, this run is of a server`);
  await t.test(name, async (t) => story(t, engineAt(t, "sqlite", { url: undefined, dataDir: t.testdir() })));
}

type StoryOnServer = (t: Test, engine: TestEngine, admin: Connection) => Promise<void>;

/** The schema has the service's tables. `admin` is a connection to it, beside the service's own. */
export async function onMysql(t: Test, name: string, story: StoryOnServer): Promise<void> {
  await inSchema(t, name, takeSchema, story);
}

/** As `onMysql`, without tables. */
export async function onEmptyMysql(t: Test, name: string, story: StoryOnServer): Promise<void> {
  await inSchema(t, name, takeEmptySchema, story);
}

async function inSchema(
  t: Test,
  name: string,
  take: () => Promise<StorySchema>,
  story: StoryOnServer,
): Promise<void> {
  enableTransactionGuard();
  if (!tellsOn("server")) return t.comment(`${name}: left out of a quick run`);
  await t.test(name, async (t) => {
    const schema = await take();
    // Registered first and so run last, when the story's databases are closed.
    t.teardown(() => schema.giveBack());
    await story(t, engineAt(t, "mysql", { url: schema.url, dataDir: "" }), schema.admin);
  });
}

/**
 * Asks until `condition` answers something true, for at most 20 s: often at first, so that what is quick is
 * seen quickly.
 */
export async function until<T>(what: string, condition: () => T | Promise<T>, pauseMs = 2): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (let pause = pauseMs; ; pause = Math.max(pauseMs, Math.min(pause * 1.5, LONGEST_PAUSE_MS))) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`This did not happen within 20 s: ${what}`);
    await sleep(pause);
  }
}

/** Asking takes time from what is waited for. */
const LONGEST_PAUSE_MS = 50;

/** Until a transaction of this schema stands and waits for a lock. */
export async function untilLockWait(admin: Connection): Promise<void> {
  const query = `select 1 from information_schema.innodb_trx
    join information_schema.processlist on id = trx_mysql_thread_id
    where trx_state = 'LOCK WAIT' and db = database()`;
  await until("a transaction waits for a lock", async () => {
    await admin.query("select get_lock(?, 20)", [ONE_LOOKS]);
    await sleep(LOOKS_ANEW_MS);
    const [rows] = await admin.query<RowDataPacket[]>(query);
    await admin.query("select release_lock(?)", [ONE_LOOKS]);
    return rows.length > 0;
  });
}

/**
 * The server looks at its transactions anew only where nobody, on any connection, has asked for 100 ms, and repeats its
 * last answer otherwise. So whoever asks is the only one: two that ask in turn would see nothing new for ever.
 */
const LOOKS_ANEW_MS = 110;
const ONE_LOOKS = "calmony_pay_tests_look_at_innodb_trx";

/** Something that one part of a story waits for and another gives. */
export function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  const giver: { give?: () => void } = {};
  const given = new Promise<void>((resolve) => (giver.give = resolve));
  return { given, give: () => giver.give?.() };
}

export const silent: Log = createLog("silent");

function engineAt(t: Test, name: TestEngine["name"], place: TestEngine["place"]): TestEngine {
  shareStore(t, place);
  return {
    name,
    place,
    async open(parts) {
      const database = await openDatabase({ ...place, entities: [], migrations: [], log: silent, ...parts });
      t.teardown(() => database.close());
      return database;
    },
  };
}
