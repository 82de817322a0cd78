import type { Registry } from "prom-client";
import MetricsRegistry from "prom-client/lib/registry.js";

import type { Log } from "../../lib/log.js";
import { type HttpRequest, type HttpResponse, send } from "../../lib/http.js";
import { checkedListener } from "./checked-listener.js";
import { sendFailure } from "../answers/failure.js";
import type { Connections } from "../connections/connections.js";
import { type OpenPort, openHttpPort } from "./ports.js";
import { pathOf } from "./request-address.js";

/**
 * Counters of this process in Prometheus' text format; what is known of every process comes with the first
 * look at them.
 */
export function createMetrics(): Registry {
  return new MetricsRegistry();
}

/**
 * Serves `/metrics` on the loopback interface only: never on the public port. Undefined where the port is
 * taken, which is a warning: a service that takes payments must not fail for want of its numbers.
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
    const text = keptText(registry);
    const listener = checkedListener(false, (request, response) => {
      // Memory, CPU, event loop, garbage: watched only where somebody looks.
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

/** To write all of them takes some milliseconds: once for all that ask within a moment. */
const KEPT_MS = 250;

/** The metrics as text, of now or of a moment ago. */
function keptText(registry: Registry): () => Promise<string> {
  let text: Promise<string> | undefined;
  let writtenAt = -Infinity;
  return () => {
    const now = performance.now();
    if (text !== undefined && now - writtenAt < KEPT_MS) return text;
    writtenAt = now;
    return (text = registry.metrics());
  };
}

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
