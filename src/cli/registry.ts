import type { CheckoutContext } from "../checkout/context.js";
import type { Registry } from "../checkout/merchants/create-merchant.js";
import { type Config, readConfig } from "../start/config.js";
import { Refusal } from "../domain/refusal.js";
import type { SharedClock } from "../lib/clock.js";
import { createLog, type Log } from "../lib/log.js";
import { openStore, type Store } from "../start/store.js";
import { endProcess } from "./end-process.js";

/** The context of the operator's commands. */
export interface OperatorRegistry extends Registry {
  readonly clock: SharedClock;
  /** No API call: an operator does it. */
  readonly cause: null;
  /** A sandbox gateway in another process, at which new test accounts must be registered; undefined for none. */
  readonly sandboxUrl: string | undefined;
}

/**
 * Runs one command on the service's database, which may be in use, and closes it again. Writes an error to
 * standard error in one line, and ends the process with exit code 1.
 */
export async function withRegistry(
  env: NodeJS.ProcessEnv,
  command: (registry: OperatorRegistry) => Promise<void>,
): Promise<void> {
  await withStore(env, (store, { sandbox, sandboxUrl }) =>
    command({ ...store, clock: store.db.clock, cause: null, sandboxUrl: sandbox ? sandboxUrl : undefined }),
  );
}

/**
 * Variant of `withRegistry` for commands on payments, with a checkout context. Its metrics are discarded: the
 * service's own process exports metrics.
 */
export async function withCheckout(
  env: NodeJS.ProcessEnv,
  command: (checkout: CheckoutContext, config: Config) => Promise<void>,
): Promise<void> {
  const { createCheckoutContext } = await import("../start/checkout-context.js");
  const { createMetrics } = await import("../web/ports/metrics.js");
  await withStore(env, (store, config, log) => {
    const parts = { store, log, metrics: createMetrics(), port: () => config.port };
    return command(createCheckoutContext(config, parts), config);
  });
}

async function withStore(
  env: NodeJS.ProcessEnv,
  command: (store: Store, config: Config, log: Log) => Promise<void>,
): Promise<void> {
  try {
    const config = readConfig(env);
    const log = createLog("warn", process.stderr);
    const store = await openStore(config, log);
    try {
      await command(store, config, log);
    } finally {
      await store.db.close();
    }
  } catch (error) {
    fail(error);
    await endProcess(1);
  }
}

/** Reports an error as one line that says what to change. */
export function fail(error: unknown): void {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = 1;
}

function describe(error: unknown): string {
  if (error instanceof Refusal) {
    const option = error.violations[0]?.field;
    return option === undefined ? error.message : `--${option}: ${error.message}`;
  }
  return error instanceof Error ? error.message : String(error);
}
