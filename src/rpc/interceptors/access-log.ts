import type { DescMethod } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ContextValues,
  type Interceptor,
  createContextKey,
  createContextValues,
} from "@connectrpc/connect";

import type { Log } from "../../lib/log.js";
import { isOpen } from "./authenticate.js";

/**
 * Logs one line per call: method, gRPC code, duration, request id. Never logs a message or a header.
 *
 * Calls of the open services are logged at level debug: load balancers make one every few seconds.
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
      const durationMs = Math.round(performance.now() - started);
      logCall(log, request.method, request.contextValues, code, durationMs);
    }
  };
}

/** Logs a call that was refused before its interceptors: one without a valid key. */
export function logRefused(log: Log, method: DescMethod, values: ContextValues, error: unknown): void {
  logCall(log, method, values, codeName(error), 0);
}

function logCall(
  log: Log,
  method: DescMethod,
  values: ContextValues,
  code: string,
  durationMs: number,
): void {
  const rpc = `${method.parent.typeName}/${method.name}`;
  const level = isOpen(method.parent) ? "debug" : "info";
  log[level]({ rpc, code, durationMs, requestId: requestIdOf(values) }, "call");
}

function codeName(error: unknown): string {
  return Code[ConnectError.from(error).code];
}

/**
 * Creates the context values of a new call with its request id, which log lines, the response header and
 * errors share.
 */
export function callContext(requestId: string): ContextValues {
  return createContextValues().set(requestIdKey, requestId);
}

/** The id of this call, `req_...`. */
export function requestIdOf(values: ContextValues): string {
  return values.get(requestIdKey);
}

const requestIdKey = createContextKey("", { description: "request id" });
