import type { Registry as Metrics } from "prom-client";

import { type BackgroundParts, workInBackground } from "./background.js";
import { createHttpHandlers } from "./http-handlers.js";
import type { CheckoutContext, CheckoutPoint } from "../checkout/context.js";
import { createFirstTestKey } from "../checkout/merchants/create-demonstration.js";
import { sandboxAccount } from "../checkout/merchants/gateway-account.js";
import { keepRegistering, type Registering } from "../checkout/testing/register-test-accounts.js";
import { createCheckoutContext, SANDBOX_PATH } from "./checkout-context.js";
import type { Config } from "./config.js";
import { demonstrationMerchant } from "./demonstration/demonstration.js";
import { watchFastPath } from "./fast-path-bugs.js";
import type { SharedClock } from "../lib/clock.js";
import type { ResolveHost } from "../lib/hosts/host-addresses.js";
import type { Log } from "../lib/log.js";
import { waitAtMost } from "../lib/settle-within.js";
import type { BackgroundJob } from "../lib/background-job.js";
import { openBothPorts } from "./open-ports.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { StartLimit } from "./start-limit.js";
import type { FeedTimes } from "../checkout/event-feed.js";
import { closeAfterFailure, openStore, type Store } from "./store.js";
import { createDeliveryMetrics } from "../webhooks/delivery-metrics.js";
import { type Connections, createConnections } from "../web/connections/connections.js";
import { createMetrics, openMetricsPort } from "../web/ports/metrics.js";
import type { OpenPort } from "../web/ports/ports.js";

/** What a test may replace; everything else is real. */
export interface AppOptions extends BackgroundParts {
  readonly log: Log;
  /** Replaces the database's clock. */
  readonly clock?: (database: SharedClock) => SharedClock;
  readonly checkpoint?: (point: CheckoutPoint) => Promise<void>;
  readonly feedTimes?: FeedTimes;
  /** Replaces the name servers for the hosts of webhook endpoints. */
  readonly resolve?: ResolveHost;
}

/** The service, ready to listen. */
export interface App {
  /** Opens all ports. Throws a StartFailure, with none open, where one cannot be opened. */
  listen(): Promise<AppUrls>;
  /** Reports "not ready", lets requests under way finish, then closes ports and database. */
  close(): Promise<void>;
}

/** The service's addresses. */
export interface AppUrls {
  /** Public URL of the merchants' API and the payment pages. */
  readonly http: string;
  /** Its port on this machine. */
  readonly port: number;
  /** `host:port` of gRPC. */
  readonly grpc: string;
  readonly metrics: string | undefined;
  /** Why live payments are refused; undefined where they are accepted. */
  readonly livePaymentsOff: string | undefined;
  /** The demonstration merchant of an embedded database; undefined where the operator has created a merchant. */
  readonly demonstration: Demonstration | undefined;
}

/** A merchant without a live account. */
export interface Demonstration {
  readonly merchantId: string;
  /** The test key, where this start created it; it cannot be shown again. */
  readonly testKey: string | undefined;
}

/**
 * Composition root: builds every part of the service and applies pending migrations. Throws a StartFailure
 * where the service cannot start.
 */
export async function createApp(config: Config, parts: AppOptions): Promise<App> {
  const limit = new StartLimit();
  const store = await openStore(config, parts.log, limit);
  try {
    return await createAppOn(store, config, parts, limit);
  } catch (error) {
    await closeAfterFailure(store.db);
    throw error;
  }
}

async function createAppOn(store: Store, config: Config, parts: AppOptions, limit: StartLimit): Promise<App> {
  const ports: OpenPort[] = [];
  const connections = createConnections({ max: config.maxConnections, proxies: config.trustedProxies });
  const bound = { port: config.port };
  const metrics = createMetrics();
  const endWatching = watchFastPath(parts.log, metrics);
  const checkout = createCheckoutContext(config, { ...parts, store, metrics, port: () => bound.port });
  const sandbox = config.sandbox && config.sandboxUrl === undefined ? await openSandbox(checkout) : undefined;
  const answering = await createHttpHandlers(checkout, {
    testMode: config.sandbox,
    sandbox,
    secure: config.tls !== undefined,
  });
  const merchantId =
    config.databaseUrl === undefined ? await demonstrationMerchant(config, checkout) : undefined;
  const registering = await registerElsewhere(config, checkout);
  const deliveryMetrics = createDeliveryMetrics(metrics, store.db);
  const background: BackgroundJob[] = [];
  return {
    async listen() {
      const { http, grpc } = await openBothPorts(config, answering, connections, limit);
      ports.push(http, grpc);
      bound.port = http.port;
      const metricsPort = await openMetrics(config, metrics, parts.log, connections);
      if (metricsPort !== undefined) ports.push(metricsPort);
      background.push(...workInBackground(checkout, deliveryMetrics, parts));
      return {
        http: checkout.addresses.publicUrl,
        port: http.port,
        grpc: `${config.host}:${grpc.port}`,
        metrics: metricsPort === undefined ? undefined : `http://127.0.0.1:${metricsPort.port}/metrics`,
        livePaymentsOff: toldProblem(checkout),
        demonstration: merchantId === undefined ? undefined : await demonstrationOf(checkout, merchantId),
      };
    },
    async close() {
      checkout.readiness.close();
      const stopped = Promise.all([checkout.feed.close(), ...background.map((work) => work.stop())]);
      await Promise.all([waitAtMost(STOPPED_WITHIN_MS, stopped), ...ports.map((port) => port.close())]);
      registering?.stop();
      endWatching();
      await sandbox?.close();
      await store.db.close();
    },
  };
}

function toldProblem({ addresses, log }: CheckoutContext): string | undefined {
  const { callbackProblem } = addresses;
  if (callbackProblem !== undefined) log.warn(`live payments are off: ${callbackProblem}`);
  return callbackProblem;
}

/**
 * Creates the first key only now that the service listens, so that a failed start creates none that is never
 * shown. The service works without it; `keys demo` makes another.
 */
async function demonstrationOf(checkout: CheckoutContext, merchantId: string): Promise<Demonstration> {
  try {
    return { merchantId, testKey: await createFirstTestKey(checkout, merchantId) };
  } catch (error) {
    checkout.log.warn({ err: error }, "the demonstration merchant's test key could not be created");
    return { merchantId, testKey: undefined };
  }
}

/**
 * How long `close` waits for background jobs: supervisors kill the process ten seconds after the signal.
 * Another process, or the next start, continues interrupted work, as after a crash.
 */
const STOPPED_WITHIN_MS = 8_000;

/** How long a start waits to register its test accounts at a sandbox gateway in another process. */
const REGISTERED_WITHIN_MS = 1000;

async function registerElsewhere(
  { sandbox, sandboxUrl }: Config,
  checkout: CheckoutContext,
): Promise<Registering | undefined> {
  if (!sandbox || sandboxUrl === undefined) return undefined;
  const registering = keepRegistering(checkout, sandboxUrl);
  await waitAtMost(REGISTERED_WITHIN_MS, registering.tried);
  return registering;
}

/** Creates the sandbox gateway of test mode. It can read test accounts only. */
async function openSandbox(checkout: CheckoutContext): Promise<Sandbox> {
  const { createSandbox } = await import("../sandbox/sandbox.js");
  return createSandbox({
    accounts: { secretOf: (merchantID) => sandboxAccount(checkout, merchantID) },
    db: checkout.db,
    clock: checkout.clock,
    log: checkout.log,
    publicUrl: () => checkout.addresses.sandboxUrl,
    basePath: SANDBOX_PATH,
  });
}

async function openMetrics(
  { metricsPort }: Config,
  metrics: Metrics,
  log: Log,
  connections: Connections,
): Promise<OpenPort | undefined> {
  return metricsPort === "off" ? undefined : await openMetricsPort(metricsPort, metrics, log, connections);
}
