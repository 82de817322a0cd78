import type { Registry } from "prom-client";
import MetricsRegistry from "prom-client/lib/registry.js";

import type { Log } from "../../lib/log.js";
import { type HttpRequest, type HttpResponse, send } from "../../lib/http.js";
import { reuseFor } from "../../lib/cache.js";
import { checkedListener, pathOf } from "./listener.js";
import { sendFailure } from "../answers/failure.js";
import type { Connections } from "../connections/connections.js";
import { type OpenPort, openHttpPort } from "./ports.js";

/**
 * Creates the registry of this process's metrics, for Prometheus' text format. The default process metrics
 * are added at the first read.
 */
export function createMetrics(): Registry {
  return new MetricsRegistry();
}

/**
 * Serves `/metrics` on the loopback interface only, never on the public port. Where the port cannot be
 * opened, logs a warning and returns undefined: a service that takes payments must not fail for lack of
 * metrics.
 */
export async function openMetricsPort(
  port: number,
  registry: Registry,
  log: Log,
  connections: Connections,
): Promise<OpenPort | undefined> {
  try {
    const { collectDefaultMetrics } = await import("prom-client");
    let isComplete = false;
    const text = reuseFor(KEPT_MS, () => registry.metrics());
    const listener = checkedListener(false, (request, response) => {
      // Memory, CPU, event loop and garbage collection are measured only once a client has read the metrics.
      const isFirst = !isComplete;
      isComplete = true;
      if (isFirst) collectDefaultMetrics({ register: registry });
      answer(text, registry.contentType, request, response).catch((error: unknown) => {
        log.error({ err: error }, "the metrics could not be written");
        response.destroy();
      });
    });
    return await openHttpPort("127.0.0.1", port, undefined, { listener }, connections);
  } catch (error) {
    log.warn({ err: error, port }, "no metrics: the port cannot be opened");
    return undefined;
  }
}

/** How long the text is reused, so that it is written four times a second at most: that takes some milliseconds. */
const KEPT_MS = 250;

async function answer(
  text: () => Promise<string>,
  type: string,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  if (pathOf(request) !== "/metrics") return sendFailure(response, "path_unknown", "There is only /metrics.");
  if (request.method !== "GET" && request.method !== "HEAD") {
    return sendFailure(response, "method_not_allowed", "It can only be read.", { allow: "GET, HEAD" });
  }
  send(response, 200, await text(), { "content-type": type });
}
