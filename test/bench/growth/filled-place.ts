import mysql, { type Connection } from "mysql2/promise";

import { until } from "../../support/database.js";
import { paidMessage, signedBody } from "../../support/gateway.js";
import { anOrder } from "../../support/orders.js";
import { type BenchPlace, openPlace } from "../bench-place.js";
import { type ServerProcess, startServer } from "../child.js";
import { copyRows } from "./copy-rows.js";

/** A service whose tables are full of one merchant's sessions. */
export interface FilledPlace {
  readonly place: BenchPlace;
  readonly service: ServerProcess;
  /** An id of any of its sessions, old or new. */
  readonly anySession: () => string;
  /** Of one that was made lately. */
  readonly newSession: () => string;
  readonly anyCustomer: () => string;
  close(): Promise<void>;
}

/** Makes a paid and an expired session through the service, and copies them until there are so many. */
export async function fillPlace(
  server: string,
  sessions: number,
  progress: (done: number) => void,
): Promise<FilledPlace> {
  const place = await openPlace(server);
  const service = await startServer("service", place);
  await makeOriginals(place, service);
  const admin = await mysql.createConnection(place.url ?? "");
  try {
    await untilNumbered(admin);
    await copyRows(admin, sessions, progress);
    const ids = await pick(admin, "checkout_session");
    const newest = await pickNewest(admin);
    const customers = await pick(admin, "customer");
    return {
      place,
      service,
      anySession: () => anyOf(ids),
      newSession: () => anyOf(newest),
      anyCustomer: () => anyOf(customers),
      async close() {
        await service.stop();
        await place.remove();
      },
    };
  } finally {
    await admin.end();
  }
}

/** The copies of an event without a sequence would all have to be numbered. */
async function untilNumbered(admin: Connection): Promise<void> {
  await until("the events have their sequences", async () => {
    const [rows] = await admin.query<mysql.RowDataPacket[]>("select id from event where sequence is null");
    return rows.length === 0;
  });
}

function anyOf(names: readonly string[]): string {
  return names[Math.floor(Math.random() * names.length)] ?? "";
}

async function makeOriginals({ key, gatewayMerchantId, gatewaySecret }: BenchPlace, service: ServerProcess) {
  const base = `http://127.0.0.1:${service.ports.http}`;
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const post = async (path: string, body: unknown, name: string): Promise<unknown> => {
    const sent = {
      method: "POST",
      headers: { ...headers, "idempotency-key": name },
      body: JSON.stringify(body),
    };
    const answer = await fetch(`${base}/v1/checkout/sessions${path}`, sent);
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  const create = async (name: string): Promise<{ id: string; amount_total: number }> =>
    (await post("", anOrder({ customer: "cus_abc123" }), name)) as { id: string; amount_total: number };
  const expired = await create("expired");
  await post(`/${expired.id}/expire`, {}, "expire");
  const body = signedBody(paidMessage(await create("paid"), gatewayMerchantId), gatewaySecret);
  const told = await fetch(`${base}/callbacks/cardstream`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body,
  });
  if (told.status !== 200) throw new Error(`The callback was answered with ${told.status}.`);
}

async function pickNewest(admin: Connection): Promise<string[]> {
  const [rows] = await admin.query<mysql.RowDataPacket[]>(
    "select id from checkout_session order by id desc limit 5000",
  );
  return rows.map(({ id }) => String(id));
}

/** Spread evenly over the table; but for the oldest, which have no page behind them. */
const PICKED = 20_000;

async function pick(admin: Connection, table: string): Promise<string[]> {
  const [[counted]] = await admin.query<mysql.RowDataPacket[]>(`select count(*) as n from ${table}`);
  const every = Math.max(1, Math.floor(Number(counted?.["n"]) / PICKED));
  const [rows] = await admin.query<mysql.RowDataPacket[]>(
    `select id from (select id, row_number() over (order by id) as place from ${table}) as numbered where place % ? = 0 and place > 20`,
    [every],
  );
  return rows.map(({ id }) => String(id));
}
