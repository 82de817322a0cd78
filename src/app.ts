import type { ContextValues } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { Registry as Metrics } from "prom-client";

import type { Checkout, CheckoutPoint } from "./checkout/checkout.js";
import { createDemonstration, type Demonstration } from "./checkout/create-demonstration.js";
import { sandboxAccount } from "./checkout/gateway-account.js";
import { expireSessions } from "./checkout/expire-sessions.js";
import { reconcile } from "./checkout/reconcile.js";
import { resumeRefunds } from "./checkout/resume-refunds.js";
import { keepRegistering } from "./checkout/register-test-accounts.js";
import { composeCheckout, SANDBOX_PATH } from "./compose-checkout.js";
import type { Config } from "./config.js";
import type { Clock } from "./lib/clock.js";
import type { Log } from "./lib/log.js";
import { repeat, type Repeated } from "./lib/repeat.js";
import { callContext } from "./rpc/call-context.js";
import { merchantErrors } from "./rpc/error-body.js";
import { createInterceptors, createRoutes } from "./rpc/routes.js";
import { createSandbox, type Sandbox } from "./sandbox/sandbox.js";
import { openStore } from "./store.js";
import { plainDialect } from "./transcode/plain-dialect.js";
import { createTranscoder } from "./transcode/transcoder.js";
import { createListener, type Listener, requestIdOf } from "./web/listener.js";
import { createMetrics, openMetricsPort } from "./web/metrics.js";
import { openHttp2Port, openHttpPort, type OpenPort } from "./web/ports.js";

/** What a test may replace. Everything else is real. */
export interface Parts {
  readonly clock: Clock;
  readonly log: Log;
  readonly reached?: (point: CheckoutPoint) => Promise<void>;
}

/** The service, ready to listen. */
export interface App {
  /** The merchant that was made on the first start of an embedded database. */
  readonly demonstration: Demonstration | undefined;
  /** Opens the ports. */
  listen(): Promise<AppUrls>;
  /** Says that it closes to whoever asks for its health, lets the running requests end, then closes ports and database. */
  close(): Promise<void>;
}

/** Where the service can be reached. */
export interface AppUrls {
  /** The public address of merchants' API and payment pages. */
  readonly http: string;
  /** The port of that on this machine. */
  readonly port: number;
  /** `host:port` of gRPC. */
  readonly grpc: string;
  readonly metrics: string | undefined;
}

/** Builds every part of the service and applies pending migrations. The one place that knows them all. */
export async function createApp(config: Config, parts: Parts): Promise<App> {
  const store = await openStore(config, parts.log);
  const ports: OpenPort[] = [];
  const bound = { port: config.port };
  const metrics = createMetrics();
  const checkout = composeCheckout(config, { ...parts, store, metrics, port: () => bound.port });
  const sandbox = config.sandbox && config.sandboxUrl === undefined ? openSandbox(checkout) : undefined;
  const listener = createServiceListener(config, checkout, sandbox);
  const demonstration = config.databaseUrl === undefined ? await createDemonstration(checkout) : undefined;
  const registering = await registerElsewhere(config, checkout);
  const background: Repeated[] = [];
  return {
    demonstration,
    async listen() {
      const http = await openHttpPort(config.host, config.port, config.tls, listener);
      bound.port = http.port;
      const grpc = await openHttp2Port(config.host, config.grpcPort, config.tls, listener);
      const metricsPort = await openMetrics(config, metrics, parts.log);
      background.push(sweep(checkout), reconcileForever(checkout), resumeForever(checkout));
      ports.push(http, grpc, ...(metricsPort === undefined ? [] : [metricsPort]));
      return {
        http: checkout.addresses.publicUrl,
        port: http.port,
        grpc: `${config.host}:${grpc.port}`,
        metrics: metricsPort === undefined ? undefined : `http://127.0.0.1:${metricsPort.port}/metrics`,
      };
    },
    async close() {
      checkout.readiness.close();
      await Promise.all(background.map((work) => work.stop()));
      await Promise.all(ports.map((port) => port.close()));
      registering?.stop();
      await sandbox?.close();
      await store.db.close();
    },
  };
}

/** A stand-in gateway in another process has to be told the test accounts. */
async function registerElsewhere(
  { sandbox, sandboxUrl }: Config,
  checkout: Checkout,
): Promise<{ stop(): void } | undefined> {
  return sandbox && sandboxUrl !== undefined ? await keepRegistering(checkout, sandboxUrl) : undefined;
}

/** How soon merchants hear that a session has expired. Looking costs two reads by index. */
const SWEEP_PAUSE_MS = 2000;

function sweep(checkout: Checkout): Repeated {
  const work = (signal: AbortSignal): Promise<number> => expireSessions(checkout, signal);
  return repeat(SWEEP_PAUSE_MS, work, (error) => {
    checkout.log.error({ err: error }, "sessions could not be expired; the next round tries again");
  });
}

/** How soon a rung of the ladder is noticed. Looking costs two reads by index. */
const RECONCILE_PAUSE_MS = 1000;

function reconcileForever(checkout: Checkout): Repeated {
  const work = async (signal: AbortSignal): Promise<void> => {
    while (await reconcile(checkout, signal)); // A full batch: there may be more to ask about now.
  };
  return repeat(RECONCILE_PAUSE_MS, work, (error) => {
    checkout.log.error({ err: error }, "payments could not be asked for; the next round tries again");
  });
}

/** How soon a refund's turn is noticed. Looking costs two reads by index. */
const RESUME_PAUSE_MS = 1000;

function resumeForever(checkout: Checkout): Repeated {
  const work = (signal: AbortSignal): Promise<void> => resumeRefunds(checkout, signal);
  return repeat(RESUME_PAUSE_MS, work, (error) => {
    checkout.log.error({ err: error }, "refunds could not be worked on; the next round tries again");
  });
}

/** The stand-in gateway of test mode. It gets to know test accounts only. */
function openSandbox(checkout: Checkout): Sandbox {
  return createSandbox({
    accounts: { secretOf: (merchantID) => sandboxAccount(checkout, merchantID) },
    db: checkout.db,
    clock: checkout.clock,
    log: checkout.log,
    publicUrl: () => checkout.addresses.sandboxUrl,
    basePath: SANDBOX_PATH,
  });
}

function createServiceListener(config: Config, checkout: Checkout, sandbox: Sandbox | undefined): Listener {
  const routes = createRoutes(checkout);
  const interceptors = createInterceptors(checkout, config.sandbox);
  const transcoder = createTranscoder({
    routes,
    interceptors,
    contextValues: contextOf,
    dialect: plainDialect,
    renderError: merchantErrors(checkout.log),
    limits: { requestBytesMax: REQUEST_BYTES_MAX, timeoutMsMax: TIMEOUT_MS },
  });
  const connect = connectNodeAdapter({
    routes,
    interceptors,
    contextValues: contextOf,
    readMaxBytes: REQUEST_BYTES_MAX,
    maxTimeoutMs: TIMEOUT_MS,
  });
  return createListener(checkout, { transcoder, connect, sandbox: sandbox?.handle.bind(sandbox) });
}

function contextOf(request: object): ContextValues {
  return callContext(requestIdOf(request));
}

/** A hundred line items with the longest names and metadata, every character escaped, stay below. */
const REQUEST_BYTES_MAX = 512 * 1024;

/** Longer than every retry of a transaction together. */
const TIMEOUT_MS = 30_000;

async function openMetrics(config: Config, metrics: Metrics, log: Log): Promise<OpenPort | undefined> {
  return config.metricsPort === "off" ? undefined : await openMetricsPort(config.metricsPort, metrics, log);
}
