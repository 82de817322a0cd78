import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Writable } from "node:stream";

import type { Test } from "tap";
import { Agent, interceptors, request } from "undici";

import { type AppUrls, createApp, type AppOptions } from "../../src/start/app.js";
import { createApiKey } from "../../src/checkout/merchants/create-api-key.js";
import { createCustomer } from "../../src/checkout/customers/create-customer.js";
import { createMerchant, type LiveAccount } from "../../src/checkout/merchants/create-merchant.js";
import type { Config } from "../../src/start/config.js";
import { AUTHORIZATION_DAYS } from "../../src/domain/captures/authorization.js";
import type { Database } from "../../src/db/engine/database.js";
import { openDatabase } from "../../src/db/data-source.js";
import { entities, migrations } from "../../src/start/schema.js";
import { asSharedClock, type Clock } from "../../src/lib/clock.js";
import { createLog } from "../../src/lib/log.js";
import { silent, type TestEngine } from "./database.js";
import { copyTables } from "./servers/copied-tables.js";
import { sharedStore, withStore } from "./story-stores.js";

/** A running service, real but for what `parts` replaces. It is closed when the story ends. */
export interface TestApp {
  readonly urls: AppUrls;
  /** The service's address on this machine. */
  readonly local: string;
  readonly config: Config;
  /** Closes it before the story ends. */
  close(): Promise<void>;
  /** What was logged so far, a line each. */
  readonly logged: string[];
  /** The service's database, opened once more to look at what is stored. */
  readonly db: Database;
  /** A call of the merchants' API. */
  call(
    method: string,
    path: string,
    key: string | undefined,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ApiAnswer>;
}

/** An answer of the merchants' API. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- JSON of the API, looked into by every test.
  readonly json: any;
}

/** A merchant with a key of each mode and the customer `cus_abc123` in both. */
export interface TestMerchant {
  readonly id: string;
  readonly liveKey: string;
  readonly testKey: string;
  readonly live: LiveAccount;
}

/** The configuration of a service on this engine: ports of its own, nothing of the environment. */
export function testConfig(
  engine: Pick<TestEngine, "name" | "place">,
  changes: Partial<Config> = {},
): Config {
  return {
    host: "127.0.0.1",
    port: 0,
    grpcPort: 0,
    metricsPort: "off",
    databaseUrl: engine.place.url,
    dataDir: engine.place.dataDir,
    publicUrl: undefined,
    hppUrl: undefined,
    cardstreamUrl: "https://gateway.example",
    secretsKey: engine.name === "mysql" ? randomBytes(32) : undefined,
    sandbox: true,
    sandboxUrl: undefined,
    logLevel: "debug",
    webhookPrivateAddresses: true,
    tls: undefined,
    maxConnections: undefined,
    trustedProxies: undefined,
    authorizationDays: AUTHORIZATION_DAYS,
    ...changes,
  };
}

/** Makes merchants as the operator does: before the service starts, through a connection of their own. */
export async function createTestMerchant(config: Config, name = "Test shop"): Promise<TestMerchant> {
  await copyTables(config);
  return await withStore(config, async (store) => {
    const registry = { ...store, clock: store.db.clock, cause: null };
    const live = {
      gatewayMerchantId: "100856",
      secret: randomBytes(12).toString("hex"),
      allowPublishedSecret: false,
    };
    const { id } = await createMerchant(registry, { name, countryCode: "GB", live });
    for (const livemode of [true, false]) {
      await createCustomer(registry, { merchantId: id, livemode }, { id: "cus_abc123", email: undefined });
    }
    const liveKey = await createApiKey(registry, { merchantId: id, livemode: true });
    const testKey = await createApiKey(registry, { merchantId: id, livemode: false });
    return { id, live, liveKey: liveKey.key, testKey: testKey.key };
  });
}

/** Short for what many stories wait for. Nearly all rounds find nothing, and they cost a tenth of the CPU of a run. */
export const PAUSES = {
  sweep: 500,
  reconcile: 500,
  resume: 500,
  settle: 500,
  number: 100,
  sweepEvents: 1_000,
  deliver: 300,
};

/** What a story may replace. */
export interface TestParts extends Partial<Omit<AppOptions, "clock">> {
  /** Takes the place of the database's clock. */
  readonly clock?: Clock;
}

/** Starts the service. */
export async function startTestApp(
  t: Pick<Test, "teardown">,
  config: Config,
  { clock, ...parts }: TestParts = {},
): Promise<TestApp> {
  await copyTables(config);
  const logged: string[] = [];
  const log = createLog(config.logLevel, lines(logged));
  const replaced = clock === undefined ? {} : { clock: () => asSharedClock(clock) };
  const app = await createApp(config, { log, pauses: PAUSES, ...parts, ...replaced });
  const closing: { started?: Promise<void> } = {};
  const close = (): Promise<void> => (closing.started ??= app.close());
  t.teardown(close);
  const urls = await app.listen();
  const db = (await sharedStore(config))?.db ?? (await openBeside(t, config));
  const local = `http://127.0.0.1:${urls.port}`;
  return { urls, local, close, config, logged, db, call: (...request) => call(local, ...request) };
}

async function openBeside(
  t: Pick<Test, "teardown">,
  { databaseUrl: url, dataDir }: Config,
): Promise<Database> {
  const db = await openDatabase({ url, dataDir, entities, migrations, log: silent });
  t.teardown(() => db.close());
  return db;
}

function lines(logged: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(chunk.toString().trimEnd());
      done();
    },
  });
}

/** Follows redirects, as `fetch` does. */
const CLIENT = new Agent().compose(interceptors.redirect({ maxRedirections: 5 }));

/** By undici itself: the same in `fetch` takes three times the CPU, which thousands of calls would notice. */
async function call(
  url: string,
  method: string,
  path: string,
  key: string | undefined,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ApiAnswer> {
  const answer = await request(`${url}${path}`, {
    method,
    dispatcher: CLIENT,
    headers: {
      accept: "*/*",
      ...headers,
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: headersOf(answer.headers), text, json: parsed(text) };
}

function headersOf(received: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(received)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  return headers;
}

/** Pages are not JSON, and a test may ask for one. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
