import { listTestAccounts } from "../../src/checkout/gateway-account.js";
import { registerTestAccounts } from "../../src/checkout/register-test-accounts.js";
import { createApiKey } from "../../src/checkout/create-api-key.js";
import { createMerchant, type Registry } from "../../src/checkout/create-merchant.js";
import { type Config, readConfig } from "../../src/config.js";
import type { Database } from "../../src/db/database.js";
import { openDatabase } from "../../src/db/data-source.js";
import { entities, migrations } from "../../src/db/schema.js";
import { systemClock } from "../../src/lib/clock.js";
import { createLog } from "../../src/lib/log.js";
import { openStore } from "../../src/store.js";
import { Chronicle } from "./chronicle.js";
import { type ChildProgram, lastWordOfFirstLine, startProgram } from "./child-program.js";
import { type Fleet, startFleet } from "./fleet.js";
import { type Ending, type Place, preparePlace, temporaryFolder } from "./place.js";
import { openRelay, type Relay } from "./relay.js";
import type { Scene, SceneMerchant } from "./scene.js";
import type { EngineName } from "./schedule.js";
import { createTroublemaker } from "./troublemaker.js";

/** What a simulation runs on. */
export interface StageSetting {
  readonly engine: EngineName;
  readonly replicas: number;
  /** Folder of the compiled service, as a URL. */
  readonly service: string;
  /** The database server, where the engine needs one. */
  readonly server: string | undefined;
}

/** A scene with everything running, and a look into both databases by ways that no trouble touches. */
export interface Stage extends Scene {
  readonly ledger: Database;
  readonly books: Database;
}

/** Starts gateway, service and database, and makes two merchants. `ending` takes all of it down. */
export async function setStage(ending: Ending, setting: StageSetting): Promise<Stage> {
  const chronicle = new Chronicle();
  const place = await preparePlace(ending, setting.engine, setting.server, setting.replicas);
  const ledgerDir = temporaryFolder(ending);
  const gateway = await startGateway(chronicle, place, ledgerDir);
  ending.teardown(() => gateway.kill());
  const relay = await openRelay();
  ending.teardown(() => relay.close());
  const fleet = await startReplicas(chronicle, setting, place, gateway.ready, relay);
  ending.teardown(() => fleet.stop());
  const merchants = await createMerchants(place, gateway.ready);
  const books = await openBooks(ending, place.url, place.dataDir);
  const ledger = await openBooks(ending, undefined, ledgerDir);
  const troublemaker = createTroublemaker(fleet, place.lines, await place.locks());
  return { chronicle, fleet, relay, merchants, troublemaker, ledger, books };
}

/** `bin/calmony-pay sandbox`, but for its end: it goes with the simulation. */
async function startGateway(
  chronicle: Chronicle,
  { secretsKey }: Place,
  dataDir: string,
): Promise<ChildProgram<string>> {
  return await startProgram({
    file: "gateway.js",
    args: [],
    env: { PORT: "0", DATA_DIR: dataDir, SECRETS_KEY: secretsKey.toString("base64"), LOG_LEVEL: "error" },
    ready: lastWordOfFirstLine,
    onLog: (line) => chronicle.note(undefined, `the gateway logged ${line}`),
  });
}

async function startReplicas(
  chronicle: Chronicle,
  { service, replicas }: StageSetting,
  place: Place,
  gatewayUrl: string,
  relay: Relay,
): Promise<Fleet> {
  const settings = Array.from({ length: replicas }, (_, index) => ({
    service,
    env: {
      GRPC_PORT: "0",
      METRICS_PORT: "off",
      DATABASE_URL: place.lines[index]?.url ?? "",
      DATA_DIR: place.dataDir,
      SECRETS_KEY: place.secretsKey.toString("base64"),
      PUBLIC_URL: relay.url,
      SANDBOX_URL: gatewayUrl,
      LOG_LEVEL: "error",
    },
  }));
  return await startFleet(chronicle, settings);
}

/** Two merchants as the operator makes them. The gateway gets to know their accounts, and the simulation signs with them. */
async function createMerchants(place: Place, gatewayUrl: string): Promise<SceneMerchant[]> {
  const { db, sealer } = await openStore(configOf(place), silent);
  try {
    const registry = { db, sealer, clock: systemClock };
    const merchants: SceneMerchant[] = [];
    for (const name of ["The first shop", "The second shop"]) {
      merchants.push(await createSceneMerchant(registry, name));
    }
    await registerTestAccounts(registry, gatewayUrl);
    return merchants;
  } finally {
    await db.close();
  }
}

async function createSceneMerchant(registry: Registry, name: string): Promise<SceneMerchant> {
  const { id } = await createMerchant(registry, { name, countryCode: "GB", live: undefined });
  const { key } = await createApiKey(registry, { merchantId: id, livemode: false });
  const account = (await listTestAccounts(registry)).find(({ merchantName }) => merchantName === name);
  if (account === undefined) throw new Error("A merchant has no sandbox account.");
  return { key, merchantID: account.merchantID, secret: account.secret };
}

function configOf({ url, dataDir, secretsKey }: Place): Config {
  const config = readConfig({ DATABASE_URL: url, DATA_DIR: dataDir });
  return { ...config, secretsKey };
}

async function openBooks(ending: Ending, url: string | undefined, dataDir: string): Promise<Database> {
  const database = await openDatabase({ url, dataDir, entities, migrations, log: silent });
  ending.teardown(() => database.close());
  return database;
}

const silent = createLog("silent");
