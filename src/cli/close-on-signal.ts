import type { Log } from "../lib/log.js";

/** The first signal lets running requests end; a second one ends the process at once, as it would by default. */
export function closeOnSignal(server: { close(): Promise<void> }, log: Log): void {
  const close = (signal: NodeJS.Signals): void => {
    log.info({ signal }, "closing");
    process.removeListener("SIGTERM", close).removeListener("SIGINT", close);
    server.close().catch((error: unknown) => {
      log.error({ err: error }, "closing failed");
      process.exitCode = 1;
    });
  };
  process.on("SIGTERM", close).on("SIGINT", close);
}
