import type { Registry as Metrics } from "prom-client";

import { createAnswering } from "./answering.js";
import type { Checkout, CheckoutPoint } from "./checkout/checkout.js";
import { createDemonstration, type Demonstration } from "./checkout/create-demonstration.js";
import { sandboxAccount } from "./checkout/gateway-account.js";
import { expireSessions } from "./checkout/expire-sessions.js";
import { reconcile } from "./checkout/reconcile.js";
import { resumeRefunds } from "./checkout/resume-refunds.js";
import { keepRegistering } from "./checkout/register-test-accounts.js";
import { composeCheckout, SANDBOX_PATH } from "./compose-checkout.js";
import type { Config } from "./config.js";
import { isDatabaseAway } from "./db/database-errors.js";
import type { SharedClock } from "./lib/clock.js";
import type { Log } from "./lib/log.js";
import { repeat, type Repeated } from "./lib/repeat.js";
import type { Sandbox } from "./sandbox/sandbox.js";
import { openStore } from "./store.js";
import { createMetrics, openMetricsPort } from "./web/metrics.js";
import { openHttp2Port, openHttpPort, type OpenPort } from "./web/ports.js";

/** What a test may replace. Everything else is real. */
export interface Parts {
  readonly log: Log;
  /** Makes another clock of the database's. */
  readonly clock?: (database: SharedClock) => SharedClock;
  readonly reached?: (point: CheckoutPoint) => Promise<void>;
  readonly pauses?: Pauses;
}

/** Milliseconds between two rounds of what is done in the background. A round that finds nothing costs two reads by index. */
export interface Pauses {
  /** How soon merchants hear that a session has expired. */
  readonly sweep: number;
  /** How soon a rung of the ladder is noticed. */
  readonly reconcile: number;
  /** How soon a refund's turn is noticed. */
  readonly resume: number;
}

const PAUSES: Pauses = { sweep: 2000, reconcile: 1000, resume: 1000 };

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
  const answering = createAnswering(checkout, {
    testMode: config.sandbox,
    sandbox,
    secure: config.tls !== undefined,
  });
  const demonstration = config.databaseUrl === undefined ? await createDemonstration(checkout) : undefined;
  const registering = await registerElsewhere(config, checkout);
  const background: Repeated[] = [];
  return {
    demonstration,
    async listen() {
      const http = await openHttpPort(config.host, config.port, config.tls, answering);
      bound.port = http.port;
      const grpc = await openHttp2Port(config.host, config.grpcPort, config.tls, answering);
      const metricsPort = await openMetrics(config, metrics, parts.log);
      background.push(...workInBackground(checkout, parts.pauses ?? PAUSES));
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
      await Promise.all([...background.map((work) => work.stop()), ...ports.map((port) => port.close())]);
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

function workInBackground(checkout: Checkout, pauses: Pauses): Repeated[] {
  const failed = (text: string) => (error: unknown, inARow: number) => {
    if (inARow > 1 && isDatabaseAway(error)) return; // Told once for each time that it is away.
    checkout.log.error({ err: error }, `${text}; the next round tries again`);
  };
  return [
    repeat(
      pauses.sweep,
      (signal) => expireSessions(checkout, signal),
      failed("sessions could not be expired"),
    ),
    repeat(
      pauses.reconcile,
      async (signal) => {
        while (await reconcile(checkout, signal)); // A full batch: there may be more to ask about now.
      },
      failed("payments could not be asked for"),
    ),
    repeat(
      pauses.resume,
      (signal) => resumeRefunds(checkout, signal),
      failed("refunds could not be worked on"),
    ),
  ];
}

/** The stand-in gateway of test mode, read when it is first spoken to. It gets to know test accounts only. */
function openSandbox(checkout: Checkout): Sandbox {
  let opened: Promise<Sandbox> | undefined;
  const open = async (): Promise<Sandbox> => {
    const { createSandbox } = await import("./sandbox/sandbox.js");
    return createSandbox({
      accounts: { secretOf: (merchantID) => sandboxAccount(checkout, merchantID) },
      db: checkout.db,
      clock: checkout.clock,
      log: checkout.log,
      publicUrl: () => checkout.addresses.sandboxUrl,
      basePath: SANDBOX_PATH,
    });
  };
  return {
    handle: async (request, response) => await (await (opened ??= open())).handle(request, response),
    close: async () => await (await opened)?.close(),
  };
}

async function openMetrics(config: Config, metrics: Metrics, log: Log): Promise<OpenPort | undefined> {
  return config.metricsPort === "off" ? undefined : await openMetricsPort(config.metricsPort, metrics, log);
}
