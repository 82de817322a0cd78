// The floor of the embedded engine: the statements of a completion in a loop over the driver, and nothing else.
import path from "node:path";

import Libsql from "libsql";

import { readResult } from "../../../src/cardstream/signed-message.js";
import { createSealer } from "../../../src/lib/seal.js";
import type { BenchPlace } from "../bench-place.js";
import { paidSession } from "../rows/paid-session.js";
import { completionRows } from "./completion-rows.js";
import { options, ready } from "./ready.js";
import { answerSeed, openBeside, type SeedQuestion } from "./seed.js";

const place = options() as BenchPlace;
const beside = await openBeside(place);
const db = new Libsql(path.join(place.dataDir, "calmony-pay.db"));
db.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on");
const sealer = createSealer(Buffer.from(place.secretsKey, "base64"));
const statements = new Map<string, Libsql.Statement>();

process.on("message", (question: SeedQuestion | { readonly complete: readonly string[] }) => {
  if ("complete" in question) {
    for (const id of question.complete) complete(id);
    process.send?.(true);
  } else void answerSeed(beside, place, question).then((answer) => process.send?.(answer));
});
ready({});

function complete(id: string): void {
  const message = paidSession(id, place.gatewayMerchantId);
  const result = readResult(Object.entries(message));
  db.exec("begin immediate");
  const [row] = prepared("select * from checkout_session where id = ?").all([id]) as object[];
  const owner = { merchantId: place.merchantId, livemode: true };
  const session = { id, ...owner, amount: 2999, currency: "gbp", row: row ?? {} };
  const rows = completionRows(session, result, new URLSearchParams(message).toString(), sealer);
  insert("gateway_result", rows.result);
  insert("payment_method", rows.method);
  insert("payment_intent", rows.intent);
  for (const event of rows.events) insert("event", event);
  const changes = Object.keys(rows.session).map((column) => `${column} = ?`);
  const update = `update checkout_session set ${changes.join(", ")} where id = ? and status <> 'complete'`;
  prepared(update).run([...Object.values(rows.session), id]);
  db.exec("commit");
}

function insert(table: string, row: object): void {
  const columns = Object.keys(row);
  const sql = `insert into ${table} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`;
  prepared(sql).run(Object.values(row));
}

function prepared(sql: string): Libsql.Statement {
  const statement = statements.get(sql) ?? db.prepare(sql);
  statements.set(sql, statement);
  return statement;
}
