import { listTestAccounts } from "../../src/checkout/merchants/gateway-account.js";
import { createApiKey } from "../../src/checkout/merchants/create-api-key.js";
import { createMerchant, type Registry } from "../../src/checkout/merchants/create-merchant.js";
import { readConfig } from "../../src/start/config.js";
import type { Database } from "../../src/db/engine/database.js";
import { openDatabase } from "../../src/db/data-source.js";
import { entities, migrations } from "../../src/start/schema.js";
import { systemClock } from "../../src/lib/clock.js";
import { createLog } from "../../src/lib/log.js";
import { openStore } from "../../src/start/store.js";
import { bundledService } from "./bundled-service.js";
import { chargeCallbacks } from "./charge-callbacks.js";
import { History } from "./history.js";
import { type ChildProgram, lastWordOfFirstLine, startProgram } from "./child-program.js";
import { type ReplicaFleet, startReplicaFleet } from "./replica-fleet.js";
import { createGatewayOrders, type GatewayOrders } from "./gateway-orders.js";
import { type Ending, type DatabasePlace, prepareDatabase, temporaryFolder } from "./database-place.js";
import type { EngineName } from "./plan.js";
import type { Servers } from "./server.js";
import { openRelay, type Relay } from "./relay.js";
import type { World, SimulatedMerchant } from "./world.js";
import { type SearchToken, withholdToken } from "./search-token.js";
import { createTroublemaker } from "./trouble.js";

/** What a simulation runs on. */
export interface EnvironmentSetting extends Servers {
  readonly engine: EngineName;
  readonly replicas: number;
  /** Folder of the compiled service, as a URL. */
  readonly service: string;
}

/** A scene with everything running, and a look into both databases by ways that no trouble touches. */
export interface Environment extends World {
  readonly gateway: GatewayOrders;
  /** True where each replica's machine has a clock of its own, which jumps. */
  readonly clocksJump: boolean;
  /** Of the last merchant. */
  readonly searchToken: SearchToken;
  readonly ledger: Database;
  readonly books: Database;
}

/** Starts gateway, service and database, and makes the merchants. `ending` takes all of it down. */
export async function startEnvironment(ending: Ending, setting: EnvironmentSetting): Promise<Environment> {
  const history = new History();
  const place = await prepareDatabase(ending, setting, setting.replicas);
  const ledgerDir = temporaryFolder(ending);
  const gateway = await startGateway(history, place, ledgerDir);
  ending.teardown(() => gateway.kill());
  const relay = await openRelay();
  ending.teardown(() => relay.close());
  const fleet = await startReplicas(history, setting, place, gateway.ready, relay);
  ending.teardown(() => fleet.stop());
  relay.bringCharges(chargeCallbacks(history, fleet));
  const registry = await openRegistry(ending, place);
  const merchants = await createMerchants(registry);
  const last = merchants.at(-1)?.id ?? "";
  const searchToken = await withholdToken(registry, last, gateway.ready);
  const orders = createGatewayOrders(gateway.ready);
  for (const merchant of merchants) await orders.setFault(merchant, "none");
  return {
    history,
    fleet,
    relay,
    merchants,
    books: registry.db,
    gateway: orders,
    clocksJump: place.url !== undefined,
    searchToken,
    troublemaker: createTroublemaker(fleet, place.lines, await place.locks()),
    ledger: await openLedger(ending, ledgerDir),
  };
}

/** `bin/calmony-pay sandbox`, but for its end: it goes with the simulation. */
async function startGateway(
  history: History,
  { secretsKey }: DatabasePlace,
  dataDir: string,
): Promise<ChildProgram<string>> {
  return await startProgram({
    file: "gateway.js",
    args: [],
    env: { PORT: "0", DATA_DIR: dataDir, SECRETS_KEY: secretsKey.toString("base64"), LOG_LEVEL: "error" },
    ready: lastWordOfFirstLine,
    onLog: (line) => history.note(undefined, `the gateway logged ${line}`),
  });
}

async function startReplicas(
  history: History,
  { service: compiled, replicas }: EnvironmentSetting,
  place: DatabasePlace,
  gatewayUrl: string,
  relay: Relay,
): Promise<ReplicaFleet> {
  const service = await bundledService(compiled);
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
      LOG_LEVEL: "warn",
      WEBHOOK_PRIVATE_ADDRESSES: "on",
      ...(place.url === undefined ? {} : wrongClockOf(index)),
    },
  }));
  if (place.url !== undefined) for (const _ of settings) history.count(WRONG_CLOCK);
  return await startReplicaFleet(history, settings);
}

/**
 * Each replica's machine on a clock of its own that jumps every half second. The embedded engine has one
 * machine, and goes by its clock.
 */
function wrongClockOf(replica: number): Record<string, string> {
  const turn = replica % WRONG_MS.length;
  const wrong = [...WRONG_MS.slice(turn), ...WRONG_MS.slice(0, turn)];
  const file = new URL("../support/wrong-clock.js", import.meta.url).href;
  return { WRONG_CLOCK_MS: wrong.join(","), NODE_OPTIONS: `--import=${file}` };
}

/** How that is counted. */
export const WRONG_CLOCK = "replica on a machine whose clock is wrong, and jumps";

const HOUR_MS = 3_600_000;
const WRONG_MS = [HOUR_MS, -HOUR_MS, 0, HOUR_MS / 6, -HOUR_MS];

/** What the operator works with, at the service's own database. */
async function openRegistry(ending: Ending, { url, dataDir, secretsKey }: DatabasePlace): Promise<Registry> {
  const config = readConfig({ DATABASE_URL: url, DATA_DIR: dataDir });
  const { db, sealer } = await openStore({ ...config, secretsKey }, silent);
  ending.teardown(() => db.close());
  return { db, sealer, clock: systemClock };
}

async function createMerchants(registry: Registry): Promise<SimulatedMerchant[]> {
  const merchants: SimulatedMerchant[] = [];
  for (const name of ["The first shop", "The second shop", "The shop without a search"]) {
    merchants.push(await createSceneMerchant(registry, name));
  }
  return merchants;
}

async function createSceneMerchant(registry: Registry, name: string): Promise<SimulatedMerchant> {
  const { id } = await createMerchant(registry, { name, countryCode: "GB", live: undefined });
  const { key } = await createApiKey(registry, { merchantId: id, livemode: false });
  const account = (await listTestAccounts(registry)).find(({ merchantName }) => merchantName === name);
  if (account === undefined) throw new Error("A merchant has no sandbox account.");
  return { id, key, merchantID: account.merchantID, secret: account.secret };
}

async function openLedger(ending: Ending, dataDir: string): Promise<Database> {
  const database = await openDatabase({ url: undefined, dataDir, entities, migrations, log: silent });
  ending.teardown(() => database.close());
  return database;
}

const silent = createLog("silent");
