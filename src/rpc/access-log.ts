import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

import type { Log } from "../lib/log.js";
import { requestIdOf } from "./call-context.js";
import { isOpen } from "./open-services.js";

/**
 * Logs one line per call: method, gRPC code, duration, request id. Never a message, never a header.
 *
 * Calls of the open services are for debugging only: load balancers make one every few seconds.
 */
export function accessLog(log: Log): Interceptor {
  return (next) => async (request) => {
    const started = performance.now();
    let code = "ok";
    try {
      return await next(request);
    } catch (error) {
      code = codeName(error);
      throw error;
    } finally {
      const rpc = `${request.service.typeName}/${request.method.name}`;
      const requestId = requestIdOf(request.contextValues);
      const level = isOpen(request.service) ? "debug" : "info";
      log[level]({ rpc, code, durationMs: Math.round(performance.now() - started), requestId }, "call");
    }
  };
}

function codeName(error: unknown): string {
  return Code[ConnectError.from(error).code];
}
