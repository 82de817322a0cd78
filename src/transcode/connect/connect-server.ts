import type { DescMethod } from "@bufbuild/protobuf";
import {
  type ConnectRouter,
  type ContextValues,
  createConnectRouter,
  createContextValues,
  type Interceptor,
} from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { sendText } from "../../lib/http.js";
import { canonicalStyle } from "../json/canonical-dialect.js";
import { type CountMax, uncounted } from "../descriptors/count-limit.js";
import { createJsonDialect } from "../json/dialect.js";
import { callerError } from "../errors/field-error.js";
import { createBinaryReaders } from "../grpc/binary-reader.js";
import type { HttpRequest, HttpResponse } from "../http/http-call.js";
import type { Invoker } from "../call/invoke.js";
import { type Limits, limitsOf } from "../call/limits.js";
import { textOf } from "../http/request-body.js";
import { parseTarget } from "../routing/request-target.js";
import { ConnectExchange, type ConnectParts } from "./connect-exchange.js";
import { endAtDeadline } from "./end-at-deadline.js";
import { type Protocol, protocolOf } from "./protocol.js";
import { queryContentType } from "./connect-get-message.js";

/** Options of the Connect server. */
export interface ConnectOptions {
  readonly routes: (router: ConnectRouter) => void;
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Its `admit` decides about each call. */
  readonly invoker: Pick<Invoker, "admit">;
  readonly limits?: Partial<Limits> | undefined;
  /** Largest message of a method in bytes, where smaller than the general limit. */
  readonly bytesMax?: ((method: DescMethod) => number) | undefined;
  /** Largest size of lists and maps. */
  readonly countMax?: CountMax | undefined;
  readonly contextValues?: ((request: HttpRequest) => ContextValues) | undefined;
  /** Refuses a request of no known protocol. Default: plain text. */
  readonly refuse?: Refuse;
  /** Receives errors that no interceptor saw. */
  readonly report?: ConnectParts["report"];
}

type Refuse = (
  response: HttpResponse,
  reason: "method_not_allowed" | "http_version_unsupported" | "media_type_unsupported",
  message: string,
) => void;

/** Answers a request and returns true where it is for a served method. */
export type ConnectServer = (request: HttpRequest, response: HttpResponse) => boolean;

/**
 * Serves gRPC-Web, the Connect protocol, and the gRPC calls that the fast path leaves, with Connect's
 * handlers, which write these protocols' responses and errors. ConnectExchange reads the requests. Responses
 * are never compressed.
 */
export function createConnectServer(options: ConnectOptions): ConnectServer {
  const { routes, interceptors = [], invoker, contextValues, report, refuse = sendReason } = options;
  const limits = limitsOf(options.limits);
  const router = createConnectRouter({ interceptors: [endAtDeadline, ...interceptors] });
  routes(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  const parts: ConnectParts = {
    invoker,
    timeoutMsMax: limits.timeoutMsMax,
    bytesMax: options.bytesMax ?? (() => limits.requestBytesMax),
    check: messageCheck(options.countMax ?? uncounted),
    contextValues: contextValues ?? createContextValues,
    report: report ?? (() => {}),
  };
  return (request, response) => {
    const handler = handlers.get(parseTarget(request.url ?? "").path);
    if (handler === undefined) return false;
    // A broken connection is no bug: the caller has gone.
    request.on("error", ignore);
    response.on("error", ignore);
    const protocol = protocolFor(handler, request, response, refuse);
    if (protocol !== undefined) void new ConnectExchange(parts, handler, request, response, protocol).run();
    return true;
  };
}

/** The request's protocol. Where it has none, refuses the request and returns undefined. */
function protocolFor(
  handler: UniversalHandler,
  request: HttpRequest,
  response: HttpResponse,
  refuse: Refuse,
): Protocol | undefined {
  const { method = "", url = "", httpVersion } = request;
  if (!handler.allowedMethods.includes(method)) {
    response.setHeader("allow", handler.allowedMethods.filter(isFirst).join(", "));
    refuse(response, "method_not_allowed", "This address does not take that method.");
    return undefined;
  }
  if (handler.method.methodKind === "bidi_streaming" && httpVersion.startsWith("1.")) {
    response.setHeader("connection", "close"); // A client that goes on sending would wait forever.
    refuse(response, "http_version_unsupported", "This method needs HTTP/2.");
    return undefined;
  }
  const isGet = method === "GET";
  const type = isGet ? queryContentType(parseTarget(url).query) : (request.headers["content-type"] ?? "");
  const protocol = handler.supportedContentType(type) ? protocolOf(type) : undefined;
  if (protocol !== undefined && !(isGet && protocol.enveloped)) return protocol;
  refuse(response, "media_type_unsupported", "This method does not accept this content type.");
  return undefined;
}

const sendReason: Refuse = (response, reason, message) => sendText(response, STATUS[reason], message);

const STATUS = { method_not_allowed: 405, http_version_unsupported: 505, media_type_unsupported: 415 };

/** Checks a message's bytes with the readers of the other protocols, so that each mistake has one error text. */
function messageCheck(countMax: CountMax): ConnectParts["check"] {
  const binary = createBinaryReaders(countMax);
  const dialect = createJsonDialect({ ...canonicalStyle, countMax });
  return ({ input }, json, bytes) => {
    try {
      if (json) dialect.message(input).read(textOf(bytes));
      else binary(input)(bytes);
    } catch (error) {
      throw callerError(error);
    }
  };
}

function isFirst(name: string, index: number, names: readonly string[]): boolean {
  return names.indexOf(name) === index;
}

function ignore(): void {}
