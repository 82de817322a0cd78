import { format } from "node:util";

import type { Log } from "../lib/log.js";

/**
 * Logs Node's warnings, what libraries print, and uncaught errors, so that standard error has log lines only.
 *
 * An uncaught error ends the process with exit code 1, as by default, since it may have left memory
 * inconsistent. A supervisor restarts the service; nothing that it has reported to a caller is lost.
 */
export function logProcess(log: Log): void {
  process.removeAllListeners("warning"); // Node's default listener prints to standard error.
  process.on("warning", (warning) => log.warn({ err: warning }, "Node warns"));
  Object.assign(console, {
    error: (...printed: unknown[]) => log.error(format(...printed)),
    warn: (...printed: unknown[]) => log.warn(format(...printed)),
  });
  process.on("uncaughtException", (error, origin) => {
    log.fatal({ err: error, origin }, "uncaught error: the process ends");
    process.exit(1);
  });
}
