import type { ConnectRouter, Interceptor } from "@connectrpc/connect";

import type { Checkout } from "./checkout/checkout.js";
import { newId } from "./lib/ids.js";
import { callContext, requestIdOf } from "./rpc/call-context.js";
import { merchantErrors } from "./rpc/error-body.js";
import { createInterceptors, createRoutes } from "./rpc/routes.js";
import { checkRules, validate } from "./rpc/validate.js";
import type { Sandbox } from "./sandbox/sandbox.js";
import { createGrpcServer, type GrpcServer } from "./transcode/grpc/grpc-server.js";
import { createInvoker, type Invoker } from "./transcode/invoke.js";
import { plainDialect } from "./transcode/plain-dialect.js";
import { createTranscoder } from "./transcode/transcoder.js";
import { createListener, type Faces, type Listener, requestIdOf as idOfRequest } from "./web/listener.js";
import type { Answering } from "./web/ports.js";

/** Every face of the service, from one table of services and one list of interceptors: what the ports answer with. */
export function createAnswering(
  checkout: Checkout,
  { testMode, sandbox }: { readonly testMode: boolean; readonly sandbox: Sandbox | undefined },
): Answering {
  const routes = createRoutes(checkout);
  const interceptors = createInterceptors(checkout, testMode);
  const invoker = createInvoker({ routes, interceptors, check: checkRules });
  const transcoder = createTranscoder({
    invoker,
    contextValues,
    dialect: plainDialect,
    renderError: merchantErrors(checkout.log),
    limits: LIMITS,
  });
  const connect = connectListener(routes, [...interceptors, validate()]);
  const listener = createListener(checkout, { transcoder, connect, sandbox: sandbox?.handle.bind(sandbox) });
  return { listener, takeStream: grpcServer(checkout, invoker) };
}

/** What the fast path leaves: gRPC-Web, Connect, streams, compressed messages. Read with the first of those. */
function connectListener(
  routes: (router: ConnectRouter) => void,
  interceptors: Interceptor[],
): Faces["connect"] {
  let opened: Promise<Listener> | undefined;
  const open = async (): Promise<Listener> => {
    const { connectNodeAdapter } = await import("@connectrpc/connect-node");
    return connectNodeAdapter({
      routes,
      interceptors,
      contextValues,
      readMaxBytes: LIMITS.requestBytesMax,
      maxTimeoutMs: LIMITS.timeoutMsMax,
    });
  };
  return async (request, response) => (await (opened ??= open()))(request, response);
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
