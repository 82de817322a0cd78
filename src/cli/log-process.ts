import { format } from "node:util";

import type { Log } from "../lib/log.js";

/**
 * From now on standard error holds nothing but lines of the log: also what Node warns of, what a library
 * prints, and an error that nobody caught.
 *
 * Such an error ends the process with 1, as it does by default: what it was in the middle of may not be
 * whole. A supervisor starts the service again, and nothing that anybody was told is lost.
 */
export function logProcess(log: Log): void {
  process.removeAllListeners("warning"); // Node's own, which prints.
  process.on("warning", (warning) => log.warn({ err: warning }, "Node warns"));
  Object.assign(console, {
    error: (...printed: unknown[]) => log.error(format(...printed)),
    warn: (...printed: unknown[]) => log.warn(format(...printed)),
  });
  process.on("uncaughtException", (error, origin) => {
    log.fatal({ err: error, origin }, "nobody caught this error: the process ends");
    process.exit(1);
  });
}
