import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";

import { fieldText, parseFields } from "../../../src/cardstream/fields.js";
import { verifyResult } from "../../../src/cardstream/signed-message.js";
import type { GatewayResult } from "../../../src/domain/gateway-result.js";
import { classifyPayment } from "../../../src/domain/classification.js";
import { currencyByCode } from "../../../src/domain/money.js";
import { parseAttemptReference } from "../../../src/domain/attempt.js";
import type { Sealer } from "../../../src/lib/seal.js";
import { completionRows } from "./completion-rows.js";

/**
 * Verifies a message and completes its session: the service's own rules of signature and classification, and
 * the statements of its serialisable transaction one by one over mysql2.
 */
export async function completeByCallback(pool: Pool, sealer: Sealer, body: Buffer): Promise<boolean> {
  const fields = parseFields(body);
  const reference = parseAttemptReference(fieldText(fields, "transactionUnique"));
  if (reference === undefined) return false;
  const connection = await pool.getConnection();
  try {
    const session = await one(connection, "select * from checkout_session where id = ?", [
      reference.targetId,
    ]);
    if (session === undefined) return false;
    const result = verifyResult(fields, await secretsOf(connection, sealer, session));
    if (result === undefined) return false;
    await connection.query("set transaction isolation level serializable");
    await connection.query("start transaction");
    await complete(connection, sealer, reference.targetId, result, body.toString());
    await connection.query("commit");
    return true;
  } finally {
    connection.release();
  }
}

type Row = RowDataPacket;

async function one(connection: PoolConnection, sql: string, values: unknown[]): Promise<Row | undefined> {
  const [rows] = await connection.query<Row[]>(sql, values);
  return rows[0];
}

async function secretsOf(connection: PoolConnection, sealer: Sealer, session: Row): Promise<string[]> {
  const owner = [session["merchant_id"], session["livemode"]];
  const account = await one(
    connection,
    "select * from gateway_account where merchant_id = ? and livemode = ?",
    owner,
  );
  const [former] = await connection.query<Row[]>(
    "select * from former_gateway_account where merchant_id = ? and livemode = ? and valid_until > ?",
    [...owner, Date.now()],
  );
  const scope = {
    merchantId: String(session["merchant_id"]),
    livemode: session["livemode"] === 1,
    purpose: "gateway-secret",
  } as const;
  return [account, ...former]
    .filter((row) => row !== undefined)
    .map((row) => sealer.open(row["secret_sealed"] as Buffer, scope));
}

async function complete(
  connection: PoolConnection,
  sealer: Sealer,
  id: string,
  result: GatewayResult,
  message: string,
): Promise<void> {
  const locked = await one(connection, "select * from checkout_session where id = ? for update", [id]);
  const currency = currencyByCode(String(locked?.["currency"]));
  if (locked === undefined || currency === undefined || locked["status"] === "complete")
    throw new Error("Not open.");
  const amount = Number(locked["amount_total"]);
  const classification = classifyPayment(result, {
    targetId: id,
    amount,
    currency,
    attempt: Number(locked["attempt"]),
  });
  if (classification.outcome !== "completed") throw new Error("Not a success.");
  const owner = { merchantId: String(locked["merchant_id"]), livemode: locked["livemode"] === 1 };
  const session = { id, ...owner, amount, currency: currency.code, row: locked };
  const rows = completionRows(session, result, message, sealer);
  await connection.query("insert into gateway_result set ?", rows.result);
  await connection.query("insert into payment_method set ?", rows.method);
  await connection.query("insert into payment_intent set ?", rows.intent);
  await connection.query(
    "insert into event (id, merchant_id, livemode, type, object_id, object, created_at) values ?",
    [rows.events.map((event) => Object.values(event))],
  );
  await connection.query("update checkout_session set ? where id = ? and status <> 'complete'", [
    rows.session,
    id,
  ]);
}
