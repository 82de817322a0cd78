import type { Test } from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig, type TestParts } from "./app.js";
import { type TestEngine, until } from "./database.js";

/** A service with a merchant that makes customers, of which each is an event. */
export async function openEventShop(
  t: Test,
  engine: TestEngine,
  parts: TestParts = {},
  databaseUrl?: string,
) {
  const config = testConfig(engine, databaseUrl === undefined ? {} : { databaseUrl });
  const { testKey: key } = await createTestMerchant(config);
  const app = await startTestApp(t, config, parts);
  await lastSequence(app, key); // The merchant's customers were made before the service started, and are told now.
  const create = async () =>
    (await app.call("POST", "/v1/customers", key, { name: "Ada" })).json.id as string;
  return {
    app,
    key,
    customers: async (count: number): Promise<void> => {
      for (let at = 0; at < count; at++) await create();
    },
    update: async (): Promise<void> => {
      await app.call("POST", `/v1/customers/${await create()}`, key, { name: "Grace" });
    },
  };
}

/** The newest sequence of the key's merchant and mode, once all that happened has one. */
export async function lastSequence(app: TestApp, key: string): Promise<number> {
  await until("all is numbered", async () => (await unnumbered(app)) === 0);
  const { json } = await app.call("GET", "/v1/events?limit=1", key);
  return json.data[0]?.sequence ?? 0;
}

async function unnumbered(app: TestApp): Promise<number> {
  const [row] = await app.db.manager.query("SELECT count(*) AS n FROM event WHERE numbered_at IS NULL");
  return Number(row.n);
}

/** 1, 2, 3 and so on. */
export function upTo(end: number): number[] {
  return Array.from({ length: end }, (_, at) => at + 1);
}
