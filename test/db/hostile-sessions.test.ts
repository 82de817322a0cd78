import t, { type Test } from "tap";

import { isDuplicateKey } from "../../src/db/engine/database-errors.js";
import type { Database } from "../../src/db/engine/database.js";
import { openDatabase } from "../../src/db/data-source.js";
import { insertRows } from "../../src/db/query/insert.js";
import { migrate } from "../../src/db/migrate.js";
import { selectRows } from "../../src/db/query/select.js";
import { inTransaction } from "../../src/db/transaction.js";
import { queueUpdate } from "../../src/db/query/update.js";
import { silent } from "../support/database.js";
import { hostileServer, type Settings } from "../support/hostile-server.js";
import {
  aSample,
  CreateSamples1700000000000,
  insertSamples,
  type Sample,
  samples,
} from "../support/sample-table.js";

const MODES = [
  "",
  "NO_BACKSLASH_ESCAPES",
  "ANSI_QUOTES",
  "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,IGNORE_SPACE",
  "ANSI",
  "TRADITIONAL",
  "HIGH_NOT_PRECEDENCE",
  "NO_UNSIGNED_SUBTRACTION",
  "PAD_CHAR_TO_FULL_LENGTH",
  "REAL_AS_FLOAT",
  "ALLOW_INVALID_DATES",
  "ONLY_FULL_GROUP_BY",
  "NO_AUTO_VALUE_ON_ZERO",
  "NO_ENGINE_SUBSTITUTION",
  "NO_DIR_IN_CREATE",
  "TIME_TRUNCATE_FRACTIONAL", // MySQL's own; what follows is MariaDB's
  "EMPTY_STRING_IS_NULL",
  "SIMULTANEOUS_ASSIGNMENT",
  "TIME_ROUND_FRACTIONAL",
  "ORACLE",
  "ORACLE,NO_BACKSLASH_ESCAPES,EMPTY_STRING_IS_NULL",
  "MSSQL",
  "DB2",
  "POSTGRESQL",
  "MAXDB",
];

const DEFAULTS: Settings[] = [
  { completion_type: "CHAIN" },
  { completion_type: "RELEASE" },
  { autocommit: 0 },
  { autocommit: 0, completion_type: "CHAIN", sql_mode: "NO_BACKSLASH_ESCAPES" },
  { transaction_isolation: "SERIALIZABLE" },
  { tx_isolation: "READ-UNCOMMITTED" },
  { transaction_read_only: 1 },
  { tx_read_only: 1 },
  { character_set_client: "latin1", character_set_connection: "latin1", character_set_results: "latin1" },
  { collation_server: "latin1_swedish_ci" },
  { sql_select_limit: 0 },
  { sql_select_limit: 1 },
  { sql_safe_updates: 1 },
  { sql_auto_is_null: 1 },
  { sql_big_selects: 0, max_join_size: 1 },
  { max_sort_length: 64 },
  { max_statement_time: 0.000001 },
  { max_execution_time: 1 },
  { unique_checks: 0, foreign_key_checks: 0 },
  { check_constraint_checks: 0 },
  { default_storage_engine: "MyISAM" },
  { old_mode: "NO_DUP_KEY_WARNINGS_WITH_IGNORE" },
  { innodb_snapshot_isolation: 1 },
  { time_zone: "-11:00" },
  { lc_messages: "de_DE" },
  { lc_messages: "ja_JP" },
  { lock_wait_timeout: 1, innodb_lock_wait_timeout: 1 },
];

const INIT_CONNECTS = [
  "set names latin1",
  "set names gbk",
  "set names sjis",
  "set names big5",
  "set names utf8mb3",
  "set character_set_client = latin1",
  "set character_set_results = null",
  "set character_set_results = binary",
  "set session_track_system_variables = '*'; set names latin1",
  "set sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'",
  "set sql_mode = concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES'); set names gbk",
  "set completion_type = 'CHAIN'",
  "set completion_type = 2",
  "set autocommit = 0",
  "start transaction",
  "start transaction read only",
  "set autocommit = 0; update pay.sample set title = title",
  "set transaction read only",
  "set session transaction read only, isolation level serializable",
  "use other",
  "create temporary table pay.sample (id int)",
  "lock tables pay.sample read",
  "set sql_select_limit = 0",
  "set timestamp = 1",
  "set lc_messages = 'ja_JP'",
  "set unique_checks = 0",
];

/** What a text could end with, or be, to be taken for more than a text. */
const TEXTS = [
  "",
  "\u0000",
  "'",
  "''",
  "\\",
  "\\'",
  '"',
  "`",
  ";",
  "'; drop table sample; -- ",
  "\\'; drop table sample; #",
  "/*! */ -- #",
  "?",
  ":id",
  "ħ; drop", // In latin1, cut to one byte, its first character is a quote.
  "縗'",
  "\u{1F36E}",
  "£5 é",
  "\ud800",
  "\r\n\t\b\u001a",
  " ",
  "%_",
];

const rows = TEXTS.map((text, i) =>
  aSample({ id: `${i} ${text}`, ownerId: text, title: `${i}`, metadata: text }),
);

await t.test("whatever a server's defaults are, a text is a text and a commit is a commit", async (t) => {
  const server = await hostileServer(t);
  const cases: Settings[] = [
    ...MODES.map((mode) => ({ sql_mode: mode })),
    ...DEFAULTS,
    ...INIT_CONNECTS.map((statements) => ({ init_connect: statements })),
  ];
  let taken = 0;
  for (const settings of cases) {
    if (await server.with(settings, () => storeAndRead(t, server.url, JSON.stringify(settings)))) taken++;
  }
  t.ok(taken > 60, `a server that took only ${taken} settings was not hostile`);
});

async function storeAndRead(t: Test, url: string, name: string): Promise<void> {
  const database = await openSamples(url);
  const beside = await openSamples(url);
  try {
    await inTransaction(database, "SERIALIZABLE", async (tx) => {
      await tx.createQueryBuilder().delete().from(samples).execute();
      await insertRows(tx, samples, ...rows);
    });
    await inTransaction(database, "READ COMMITTED", async (tx) => {
      queueUpdate(tx, samples, { amount: 2 }, "id = ?", [rows[0]?.id]);
    });
    const expected = rows.map((row, i) => wellFormed(row, i === 0 ? 2 : 1));
    const ids = expected.map(({ id }) => id);
    const found = await selectRows(
      beside.manager,
      samples,
      `WHERE id IN (${ids.map(() => "?").join(", ")})`,
      ids,
    );
    t.same(new Map(found.map((row) => [row.id, row])), new Map(expected.map((row) => [row.id, row])), name);
    const again = aSample({ id: "new", ownerId: "", title: "0" });
    const insert = inTransaction(database, "READ COMMITTED", (tx) => insertSamples(tx, again));
    const told = await insert.catch((error: unknown) => isDuplicateKey(error, "sample_owner_id_title"));
    t.equal(told, true, `${name}: a key that is taken is told`);
    await t.resolves(database.health.check(), `${name}: it works, and is found to`);
  } finally {
    await database.close();
    await beside.close();
  }
}

/** UTF-8 has no half of a pair of surrogates. */
function wellFormed(row: Sample, amount: number): Sample {
  return { ...row, amount, id: row.id.toWellFormed(), ownerId: row.ownerId.toWellFormed() };
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
