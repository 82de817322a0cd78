import type { IncomingHttpHeaders } from "node:http2";

import type { DescMethod } from "@bufbuild/protobuf";
import type { ContextValues } from "@connectrpc/connect";

import { readBreaker } from "../cardstream/gateway-breaker.js";
import type { CheckoutContext } from "../checkout/context.js";
import { basePathOf } from "../lib/base-url.js";
import { newId } from "../lib/ids.js";
import { callContext, requestIdOf } from "../rpc/interceptors/access-log.js";
import { countMax } from "../rpc/interceptors/max-items.js";
import { merchantErrors } from "../rpc/interceptors/error-body.js";
import { admitByApiKey, isOpen } from "../rpc/interceptors/authenticate.js";
import { createInterceptors, createRoutes } from "../rpc/routes.js";
import { checkRules, readWholeCheck, validate } from "../rpc/interceptors/validate.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { createConnectServer } from "../transcode/connect/connect-server.js";
import { createJsonDialect } from "../transcode/json/dialect.js";
import { createGrpcServer } from "../transcode/grpc/grpc-server.js";
import { createInvoker, type Invoker } from "../transcode/call/invoke.js";
import { plainStyle } from "../transcode/json/plain-dialect.js";
import { createTranscoder, type Transcoder } from "../transcode/http/transcoder.js";
import { callHeaders, createListener, requestIdOf as idOfRequest, isHost } from "../web/ports/listener.js";
import { sendFailure } from "../web/answers/failure.js";
import type { Answering } from "../web/ports/admission.js";
import { createDeliverMissing } from "../webhooks/fan-out.js";
import { answerUnknownCall } from "../web/ports/unknown-call.js";

/**
 * Creates the handlers of the ports for every protocol, from one table of services and one list of
 * interceptors. Loads all modules now: an import that fails later, for lack of a file descriptor, fails until
 * a restart.
 */
export async function createHttpHandlers(
  checkout: CheckoutContext,
  options: { readonly testMode: boolean; readonly sandbox: Sandbox | undefined; readonly secure: boolean },
): Promise<Answering> {
  const { testMode, sandbox, secure } = options;
  await Promise.all([readWholeCheck(), readBreaker()]);
  const routes = createRoutes(checkout, createDeliverMissing(checkout));
  const interceptors = createInterceptors(checkout);
  const admit = admitByApiKey(checkout, testMode);
  const invoker = createInvoker({ routes, interceptors, admit, check: checkRules });
  const report = (error: unknown, values: ContextValues): void => {
    checkout.log.error({ err: error, requestId: requestIdOf(values) }, "unexpected error");
  };
  const shared = { invoker, limits: LIMITS, bytesMax, countMax, report };
  const transcoder = createTranscoder({
    invoker,
    contextValues,
    answerHeaders: (request) => callHeaders(idOfRequest(request), secure),
    dialect: DIALECT,
    renderError: merchantErrors(checkout.log),
    limits: LIMITS,
  });
  // Serves what the fast paths leave: gRPC-Web, Connect, streams, compressed messages.
  const answerCall = createConnectServer({
    ...shared,
    routes,
    interceptors: [...interceptors, validate()],
    contextValues,
    refuse: sendFailure,
  });
  const connect: typeof answerUnknownCall = (request, response) => {
    if (!answerCall(request, response)) answerUnknownCall(request, response);
  };
  const faces = { transcoder, connect, sandbox: sandbox?.handle.bind(sandbox) };
  const listener = createListener(checkout, faces, secure);
  const takeStream = createGrpcServer({ ...shared, open: openCall(checkout) });
  return {
    listener,
    takeStream: (stream, headers) => namesOneHost(headers) && takeStream(stream, headers),
    ...streamingPaths(invoker, transcoder, basePathOf(checkout.addresses.publicUrl)),
    probePaths: PROBE_PATHS,
  };
}

/** Of the process, not of one service: to compile its codecs takes longest in a start. */
const DIALECT = createJsonDialect({ ...plainStyle, countMax });

/** True for what gRPC clients send. The listener checks a request that has a Host header as well. */
function namesOneHost(headers: IncomingHttpHeaders): boolean {
  return headers.host === undefined && isHost(headers[":authority"] ?? "");
}

/**
 * The paths of streaming calls, over every protocol, by whether their service takes an API key: as they are, and below
 * the public URL's path, which a proxy may leave in place.
 */
function streamingPaths(
  { methods }: Invoker,
  { rules }: Transcoder,
  basePath: string,
): Required<Pick<Answering, "streamingPaths" | "keyedStreamingPaths">> {
  const streaming = methods.filter(({ methodKind }) => methodKind !== "unary");
  const pathsOf = (chosen: readonly DescMethod[]): ReadonlySet<string> => {
    const paths = chosen.map(({ parent, name }) => `/${parent.typeName}/${name}`);
    const ruled = rules.filter(({ method }) => chosen.includes(method)).map(({ path }) => path);
    const variable = ruled.find((path) => /[*{]/.test(path));
    if (variable !== undefined) throw new Error(`${variable} is a stream's path and must have no variable.`);
    const all = [...paths, ...ruled];
    return new Set([...all, ...all.map((path) => `${basePath}${path}`)]);
  };
  return {
    streamingPaths: pathsOf(streaming.filter(({ parent }) => isOpen(parent))),
    keyedStreamingPaths: pathsOf(streaming.filter(({ parent }) => !isOpen(parent))),
  };
}

const PROBE_PATHS: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/grpc.health.v1.Health/Check"]);

const contextValues = (request: object) => callContext(idOfRequest(request));

/** Limits for every protocol. */
export const LIMITS = {
  /** The largest valid request, escaped and indented, has 0.8 MB: a test derives that from the rules. */
  requestBytesMax: 1024 * 1024,
  /** Longer than all retries of a transaction together. */
  timeoutMsMax: 30_000,
  /** A day. A client that has gone is noticed by heartbeats that it does not take, over gRPC without this limit. */
  streamTimeoutMsMax: 24 * 60 * 60 * 1000,
};

/** Request limit of the services without an API key: health and reflection. */
const OPEN_BYTES_MAX = 4096;

function bytesMax({ parent }: DescMethod): number {
  return isOpen(parent) ? OPEN_BYTES_MAX : LIMITS.requestBytesMax;
}

/** Gives calls of gRPC's fast path their ids: they never become requests, so the listener does not see them. */
function openCall({ clock }: CheckoutContext) {
  return () => {
    const requestId = newId("req", clock.now());
    return { contextValues: callContext(requestId), headers: { "request-id": requestId } };
  };
}
