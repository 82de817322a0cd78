import { type Config, readConfig } from "../start/config.js";
import { systemClock } from "../lib/clock.js";
import { createLog, type Log } from "../lib/log.js";
import { waitAtMost } from "../lib/settle-within.js";
import type { Tls } from "../web/ports/ports.js";
import { endProcess } from "./end-process.js";
import { logProcess } from "./log-process.js";
import { write } from "./output.js";
import { fail } from "./registry.js";

/** A service that is built, with its ports not open yet. */
export interface Service {
  /** Opens the ports, or throws with none of them open. Returns the lines to print for the operator. */
  listen(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Closing a service that never opened its ports closes its database only. */
const CLOSED_AFTER_FAILURE_MS = 500;

/** Ports give requests under way nine seconds, and supervisors often kill a process after ten. */
const CLOSED_AFTER_SIGNAL_MS = 9_800;

/**
 * Runs a service until SIGTERM or SIGINT, then ends the process: with exit code 0, also during the start;
 * with 1 and a sentence on standard error where the start fails.
 */
export async function runService(
  env: NodeJS.ProcessEnv,
  build: (config: Config, log: Log) => Promise<Service>,
): Promise<void> {
  // The service goes on when its output pipe closes, which by default would end the process.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
  const run = new Run();
  const stop = (signal: NodeJS.Signals): void => {
    process.removeListener("SIGTERM", stop).removeListener("SIGINT", stop); // A second signal kills the process.
    void run.stop(signal);
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
  await run.start(env, build);
}

/** Checked before the database is opened, so that a start that cannot succeed changes nothing. */
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
      if (this.#isStopping) return; // The start was abandoned.
      fail(error);
      await waitAtMost(CLOSED_AFTER_FAILURE_MS, this.#service?.close() ?? Promise.resolve());
      await endProcess(1);
    }
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    this.#isStopping = true;
    this.#log?.info({ signal }, "closing");
    // A half-built service has no port open, and the database rolls back uncommitted changes.
    await endProcess(this.#listening === undefined || (await this.#close()) ? 0 : 1);
  }

  async #close(): Promise<boolean> {
    await this.#listening?.catch(() => undefined); // A failed `listen` has closed its ports.
    let isClosed = false;
    const closing = this.#service?.close().then(
      () => (isClosed = true),
      (error: unknown) => this.#log?.error({ err: error }, "closing failed"),
    );
    await waitAtMost(CLOSED_AFTER_SIGNAL_MS, closing ?? Promise.resolve());
    return isClosed;
  }
}
