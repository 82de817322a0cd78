import type { IncomingHttpHeaders } from "node:http2";

import type { ConnectRouter, Interceptor } from "@connectrpc/connect";

import { readBreaker } from "./cardstream/gateway-breaker.js";
import type { Checkout } from "./checkout/checkout.js";
import { newId } from "./lib/ids.js";
import { callContext, requestIdOf } from "./rpc/call-context.js";
import { merchantErrors } from "./rpc/error-body.js";
import { createInterceptors, createRoutes } from "./rpc/routes.js";
import { checkRules, readWholeCheck, validate } from "./rpc/validate.js";
import type { Sandbox } from "./sandbox/sandbox.js";
import { createGrpcServer, type GrpcServer } from "./transcode/grpc/grpc-server.js";
import { createInvoker, type Invoker } from "./transcode/invoke.js";
import { plainDialect } from "./transcode/plain-dialect.js";
import { createTranscoder } from "./transcode/transcoder.js";
import { callHeaders } from "./web/answer-headers.js";
import { createListener, type Faces, type Listener, requestIdOf as idOfRequest } from "./web/listener.js";
import type { Answering } from "./web/ports.js";
import { isHost } from "./web/request-address.js";
import { answerUnknownCall } from "./web/unknown-call.js";

/**
 * Every face of the service, from one table of services and one list of interceptors: what the ports answer with. What a face
 * needs is read by now: a module that cannot be read later, for want of a file descriptor, is lost until a restart.
 */
export async function createAnswering(
  checkout: Checkout,
  options: { readonly testMode: boolean; readonly sandbox: Sandbox | undefined; readonly secure: boolean },
): Promise<Answering> {
  const { testMode, sandbox, secure } = options;
  await Promise.all([readWholeCheck(), readBreaker()]);
  const routes = createRoutes(checkout);
  const interceptors = createInterceptors(checkout, testMode);
  const invoker = createInvoker({ routes, interceptors, check: checkRules });
  const transcoder = createTranscoder({
    invoker,
    contextValues,
    answerHeaders: (request) => callHeaders(idOfRequest(request), secure),
    dialect: plainDialect,
    renderError: merchantErrors(checkout.log),
    limits: LIMITS,
  });
  const connect = await connectListener(routes, [...interceptors, validate()]);
  const faces = { transcoder, connect, sandbox: sandbox?.handle.bind(sandbox) };
  const listener = createListener(checkout, faces, secure);
  const takeStream = grpcServer(checkout, invoker);
  return { listener, takeStream: (stream, headers) => namesOneHost(headers) && takeStream(stream, headers) };
}

/** What any client of gRPC does. Where more is said of the host, the listener looks whether it fits. */
function namesOneHost(headers: IncomingHttpHeaders): boolean {
  return headers.host === undefined && isHost(headers[":authority"] ?? "");
}

/** What the fast path leaves: gRPC-Web, Connect, streams, compressed messages. */
async function connectListener(
  routes: (router: ConnectRouter) => void,
  interceptors: Interceptor[],
): Promise<Faces["connect"]> {
  const { connectNodeAdapter } = await import("@connectrpc/connect-node");
  const listener: Listener = connectNodeAdapter({
    routes,
    interceptors,
    contextValues,
    readMaxBytes: LIMITS.requestBytesMax,
    maxTimeoutMs: LIMITS.timeoutMsMax,
    // Connect's types of Node's two requests differ from ours in callbacks only.
    fallback: (request, response) => answerUnknownCall(request, response as Parameters<Listener>[1]),
  });
  return async (request, response) => listener(request, response);
}

const contextValues = (request: object) => callContext(idOfRequest(request));

const LIMITS = {
  /** A hundred line items with the longest names and metadata, every character escaped, stay below. */
  requestBytesMax: 512 * 1024,
  /** Longer than every retry of a transaction together. */
  timeoutMsMax: 30_000,
};

/** Its calls get their ids here: they never become requests, and so never pass the listener. */
function grpcServer({ clock, log }: Checkout, invoker: Invoker): GrpcServer {
  return createGrpcServer({
    invoker,
    limits: LIMITS,
    open: () => {
      const requestId = newId("req", clock.now());
      return { contextValues: callContext(requestId), headers: { "request-id": requestId } };
    },
    report: (error, values) => {
      log.error({ err: error, requestId: requestIdOf(values) }, "unexpected error");
    },
  });
}
