import { type Config, readConfig } from "../start/config.js";
import { systemClock } from "../lib/clock.js";
import { createLog, type Log } from "../lib/log.js";
import { waitAtMost } from "../lib/settle-within.js";
import type { Tls } from "../web/ports/ports.js";
import { endProcess } from "./end-process.js";
import { logProcess } from "./log-process.js";
import { write } from "./output.js";
import { fail } from "./registry.js";

/** A service that is built, and not open yet. */
export interface Service {
  /** Opens its ports, or throws with none of them open. Answers what its operator is to read, line by line. */
  listen(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Closing a service that never opened closes its database only. */
const CLOSED_AFTER_FAILURE_MS = 500;

/** Ports give running requests nine seconds, and whoever supervises the process often kills it after ten. */
const CLOSED_AFTER_SIGNAL_MS = 9_800;

/**
 * Runs a service until SIGTERM or SIGINT, and ends the process: with 0 then, also during the start; with 1
 * and a sentence on standard error where the start fails, whatever still waits.
 */
export async function runService(
  env: NodeJS.ProcessEnv,
  build: (config: Config, log: Log) => Promise<Service>,
): Promise<void> {
  // A service takes payments also where nobody reads its output any more: by default that would end the process.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
  const run = new Run();
  const stop = (signal: NodeJS.Signals): void => {
    process.removeListener("SIGTERM", stop).removeListener("SIGINT", stop); // A second one ends the process at once.
    void run.stop(signal);
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
  await run.start(env, build);
}

/** Before the database is opened: nothing is changed by a start that cannot succeed. */
async function checkTls(tls: Tls, log: Log): Promise<void> {
  const { checkCertificate, validityProblem } = await import("../web/ports/certificate.js");
  checkCertificate(tls);
  const problem = validityProblem(tls, systemClock.now());
  if (problem !== undefined) log.warn(`TLS_CERT: clients will refuse the certificate: ${problem}`);
}

class Run {
  #log: Log | undefined;
  #service: Service | undefined;
  #listening: Promise<readonly string[]> | undefined;
  #isStopping = false;

  async start(env: NodeJS.ProcessEnv, build: (config: Config, log: Log) => Promise<Service>): Promise<void> {
    try {
      const config = readConfig(env);
      this.#log = createLog(config.logLevel, process.stderr);
      logProcess(this.#log);
      if (config.tls !== undefined) await checkTls(config.tls, this.#log);
      this.#service = await build(config, this.#log);
      if (this.#isStopping) return;
      this.#listening = this.#service.listen();
      const lines = await this.#listening;
      write(lines.join("\n"));
    } catch (error) {
      if (this.#isStopping) return; // Nobody waits for the start any more.
      fail(error);
      await waitAtMost(CLOSED_AFTER_FAILURE_MS, this.#service?.close() ?? Promise.resolve());
      await endProcess(1);
    }
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    this.#isStopping = true;
    this.#log?.info({ signal }, "closing");
    // What is half built has no port open; the database rolls back what is not committed.
    await endProcess(this.#listening === undefined || (await this.#close()) ? 0 : 1);
  }

  async #close(): Promise<boolean> {
    await this.#listening?.catch(() => undefined); // Its ports are closed again then.
    let isClosed = false;
    const closing = this.#service?.close().then(
      () => (isClosed = true),
      (error: unknown) => this.#log?.error({ err: error }, "closing failed"),
    );
    await waitAtMost(CLOSED_AFTER_SIGNAL_MS, closing ?? Promise.resolve());
    return isClosed;
  }
}
