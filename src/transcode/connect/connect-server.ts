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
import type { HttpRequest, HttpResponse } from "../http/http.js";
import type { Invoker } from "../call/invoke.js";
import { type Limits, limitsOf } from "../call/limits.js";
import { textOf } from "../http/request-body.js";
import { parseTarget } from "../routing/request-target.js";
import { ConnectExchange, type ConnectParts } from "./connect-exchange.js";
import { endAtDeadline } from "./end-at-deadline.js";
import { type Protocol, protocolOf } from "./protocol.js";
import { queryContentType } from "./query-message.js";

/** What the faces of Connect are made of. */
export interface ConnectOptions {
  readonly routes: (router: ConnectRouter) => void;
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Asked whom to let in. */
  readonly invoker: Pick<Invoker, "admit">;
  readonly limits?: Partial<Limits> | undefined;
  /** How large a message of a method's may be, where that is less than all may be. */
  readonly bytesMax?: ((method: DescMethod) => number) | undefined;
  /** How many elements lists and maps may have. */
  readonly countMax?: CountMax | undefined;
  readonly contextValues?: ((request: HttpRequest) => ContextValues) | undefined;
  /** Answers a request that speaks no protocol which could say what is wrong with it: by a text unless given. */
  readonly refuse?: Refuse;
  /** Hears of errors that no interceptor saw. */
  readonly report?: ConnectParts["report"];
}

type Refuse = (
  response: HttpResponse,
  reason: "method_not_allowed" | "http_version_unsupported" | "media_type_unsupported",
  message: string,
) => void;

/** Answers a request, and says true, where it is for a method that is served. */
export type ConnectServer = (request: HttpRequest, response: HttpResponse) => boolean;

/**
 * Serves gRPC-Web, Connect's own protocol, and what of gRPC the fast path leaves, by Connect's handlers: they
 * know how these protocols write answers and errors. What a client sends is read here, see ConnectExchange.
 * Answers are never compressed.
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
    // A connection that breaks is no bug: whoever waited for the answer has gone.
    request.on("error", ignore);
    response.on("error", ignore);
    const protocol = protocolFor(handler, request, response, refuse);
    if (protocol !== undefined) void new ConnectExchange(parts, handler, request, response, protocol).run();
    return true;
  };
}

/** Undefined where the request speaks none: it is refused then. */
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
    response.setHeader("connection", "close"); // A client that goes on sending would wait for ever.
    refuse(response, "http_version_unsupported", "This method needs HTTP/2.");
    return undefined;
  }
  const isGet = method === "GET";
  const type = isGet ? queryContentType(parseTarget(url).query) : (request.headers["content-type"] ?? "");
  const protocol = handler.supportedContentType(type) ? protocolOf(type) : undefined;
  if (protocol !== undefined && !(isGet && protocol.enveloped)) return protocol;
  refuse(response, "media_type_unsupported", "This method does not take such a content type.");
  return undefined;
}

const sendReason: Refuse = (response, reason, message) => sendText(response, STATUS[reason], message);

const STATUS = { method_not_allowed: 405, http_version_unsupported: 505, media_type_unsupported: 415 };

/** Whether bytes are a message, by the readers of the other faces: each mistake has one text. */
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
