import type { Registry } from "prom-client";
import Counter from "prom-client/lib/counter.js";

import type { Log } from "../lib/log.js";
import { FAST_PATH_BUGS, type FastPathBug } from "../transcode/grpc/fast-path.js";

/**
 * Counts the bugs of the binary fast path, and logs the first of each message type and direction: a call
 * costs more after one, and is answered all the same. Returns the function that ends it.
 */
export function watchFastPath(log: Log, registry: Registry): () => void {
  const bugs = new Counter({
    name: "calmonypay_fast_path_bugs_total",
    help: "Messages that the fast path failed on without a reason; the general path has taken them.",
    labelNames: ["type", "direction"],
    registers: [registry],
  });
  const logged = new Set<string>();
  const note = (message: unknown): void => {
    const { error: err, typeName: type, direction } = message as FastPathBug;
    bugs.inc({ type, direction });
    const name = `${type} ${direction}`;
    if (!logged.has(name)) log.error({ err, type, direction }, "the fast path has a bug");
    logged.add(name);
  };
  FAST_PATH_BUGS.subscribe(note);
  return () => FAST_PATH_BUGS.unsubscribe(note);
}
