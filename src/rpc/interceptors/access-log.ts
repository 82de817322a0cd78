import type { DescMethod, DescService } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ContextValues,
  type Interceptor,
  createContextKey,
  createContextValues,
} from "@connectrpc/connect";

import type { Log } from "../../lib/log.js";
import { hookStream } from "./stream-messages.js";

/**
 * Logs one line per call, a streaming one once it has ended: method, gRPC code, duration, request id. Never logs a
 * message or a header.
 *
 * Calls of the services that `isOpen` names are logged at level debug: load balancers make one every few seconds.
 */
export function accessLog(to: Log, isOpen: (service: DescService) => boolean): Interceptor {
  return (next) => async (request) => {
    const started = performance.now();
    const log = (code: string): void => {
      const durationMs = Math.round(performance.now() - started);
      const level = isOpen(request.method.parent) ? "debug" : "info";
      logCall(to, level, request, code, durationMs);
    };
    const ended = (error: unknown): void => log(error === undefined ? "ok" : codeName(error));
    try {
      const response = await next(request);
      if (response.stream) return hookStream(response, { ended });
      log("ok");
      return response;
    } catch (error) {
      log(codeName(error));
      throw error;
    }
  };
}

/** Logs a call that was refused before its interceptors: one without a valid key. */
export function logRefused(log: Log, method: DescMethod, values: ContextValues, error: unknown): void {
  logCall(log, "info", { method, contextValues: values }, codeName(error), 0);
}

function logCall(
  log: Log,
  level: "debug" | "info",
  { method, contextValues }: LoggedCall,
  code: string,
  durationMs: number,
): void {
  const rpc = `${method.parent.typeName}/${method.name}`;
  log[level]({ rpc, code, durationMs, requestId: requestIdOf(contextValues) }, "call");
}

interface LoggedCall {
  readonly method: DescMethod;
  readonly contextValues: ContextValues;
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
