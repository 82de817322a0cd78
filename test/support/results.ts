import type { Test } from "tap";

import {
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
  type TestParts,
} from "./app.js";
import type { TestEngine } from "./database.js";
import { type Message, signMessage } from "./gateway.js";
import { anOrder } from "./orders.js";

/** What a story needs of a session. */
export interface Session {
  readonly id: string;
  readonly amount_total: number;
}

/** A service with two merchants, and an open live session of the first. */
export async function openSession(
  t: Test,
  engine: TestEngine,
  changes: Record<string, unknown> = {},
  parts: TestParts = {},
) {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config, "Mine");
  const other = await createTestMerchant(config, "Other");
  const app = await startTestApp(t, config, parts);
  const { json } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder(changes));
  return { app, mine, other, session: json as Session };
}

/** As the gateway posts a result. */
export function callback(app: TestApp, body: string | Buffer): Promise<Response> {
  return post(`${app.local}/callbacks/cardstream`, body);
}

/** As the shopper's browser does, without going on to the merchant. */
export function bring(app: TestApp, sessionId: string, body: string | Buffer): Promise<Response> {
  return post(`${app.local}/pay/${sessionId}/return`, body);
}

function post(url: string, body: string | Buffer): Promise<Response> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return fetch(url, { method: "POST", body, headers, redirect: "manual" });
}

/** The session as its merchant reads it. */
export async function read(app: TestApp, merchant: TestMerchant, session: Session) {
  return (await app.call("GET", `/v1/checkout/sessions/${session.id}`, merchant.liveKey)).json;
}

/** A signature of the vendor's partial form that covers every field. */
export function partial(message: Message, secret: string): string {
  return `${signMessage(message, secret)}|${Object.keys(message).join(",")}`;
}

export interface StoredResult {
  readonly id: string;
  readonly merchant_id: string;
  readonly outcome: string;
  readonly held_reason: string | null;
  readonly via: string;
  /** The refund or held payment that the message tells of; null where it tells of a payment. */
  readonly reversal_id: string | null;
}

/** What is stored of the results about a session, the oldest first. */
export async function resultsOf(app: TestApp, { id }: Session): Promise<StoredResult[]> {
  return await app.db.manager.query("SELECT * FROM gateway_result WHERE session_id = ? ORDER BY id", [id]);
}

/** The number of the session's attempt. */
export async function attemptOf(app: TestApp, { id }: Session): Promise<number> {
  const [row] = await app.db.manager.query("SELECT attempt FROM checkout_session WHERE id = ?", [id]);
  return Number(row.attempt);
}

/** The events of a session that is paid. */
export const COMPLETION_EVENTS = [
  "payment_intent.created",
  "payment_intent.succeeded",
  "checkout.session.completed",
];

/** Everything that a result can leave behind; the customers that the shop has from the start left out. */
export async function stored(app: TestApp) {
  const all = async (table: string): Promise<StoredResult[]> =>
    await app.db.manager.query(`SELECT * FROM ${table} ORDER BY id`);
  const query = "SELECT type FROM event WHERE type NOT LIKE 'customer.%' ORDER BY id";
  const events = (await app.db.manager.query(query)) as { type: string }[];
  return {
    results: await all("gateway_result"),
    intents: (await all("payment_intent")).length,
    methods: (await all("payment_method")).length,
    events: events.map(({ type }) => type),
  };
}
