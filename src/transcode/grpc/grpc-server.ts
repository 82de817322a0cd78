import type { DescMethod, DescMethodUnary } from "@bufbuild/protobuf";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { Code, ConnectError, createContextValues } from "@connectrpc/connect";
import { type CountMax, uncounted } from "../descriptors/count-limit.js";
import type { Invoker } from "../call/invoke.js";
import { type Limits, limitsOf } from "../call/limits.js";
import { createBinaryReaders } from "./binary-reader.js";
import { GrpcExchange, type GrpcParts, respondError } from "./grpc-exchange.js";

/** What the gRPC face is made of. */
export interface GrpcOptions {
  readonly invoker: Invoker;
  readonly limits?: Partial<Limits> | undefined;
  /** How large a method's request may be, where that is less than all may be. */
  readonly bytesMax?: ((method: DescMethod) => number) | undefined;
  /** How many elements lists and maps may have. */
  readonly countMax?: CountMax | undefined;
  /** What each call is given from the start: by default nothing. */
  readonly open?: GrpcParts["open"];
  /** Hears of errors that no interceptor saw, such as an answer that cannot be encoded. */
  readonly report?: GrpcParts["report"];
}

/**
 * Takes a stream of HTTP/2, and answers true, where it is a unary call of gRPC in its plain form: protobuf,
 * not compressed. Whatever else gRPC knows, and every other protocol, it leaves to others.
 */
export type GrpcServer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;

/**
 * Serves unary methods over gRPC without a detour: Node's streams, one message in, `invoke`, one message out.
 * It costs about a sixth of what Connect's adapter costs, which builds async iterators, Headers and
 * AbortControllers for each call.
 *
 * Answers are never compressed. An unknown method is answered here as well, since gRPC wants a status rather
 * than a 404.
 */
export function createGrpcServer({
  invoker,
  limits: chosen,
  bytesMax,
  countMax = uncounted,
  open = openBare,
  report = ignore,
}: GrpcOptions): GrpcServer {
  const limits = limitsOf(chosen);
  const parts: GrpcParts = {
    invoker,
    open,
    report,
    limits,
    bytesMax: bytesMax ?? (() => limits.requestBytesMax),
    readers: createBinaryReaders(countMax),
  };
  const all = new Map(invoker.methods.map((method) => [pathOf(method), method]));
  const unary = new Map([...all.values()].filter(isUnary).map((method) => [pathOf(method), method]));
  return (stream, headers) => {
    if (!isPlainGrpc(headers)) return false;
    const path = headers[":path"] ?? "";
    const method = unary.get(path);
    if (method !== undefined) new GrpcExchange(parts, stream, method).run(headers);
    // Connect leaves a query out of account.
    else if (all.has(path.split("?", 1)[0] ?? "")) return false;
    else refuseUnknown(parts, stream, path);
    return true;
  };
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === "unary";
}

function isPlainGrpc(headers: IncomingHttpHeaders): boolean {
  if (headers[":method"] !== "POST" || !CONTENT_TYPES.has(headers["content-type"] ?? "")) return false;
  return (headers["grpc-encoding"] ?? "identity") === "identity";
}

/** Exactly these: a type in capitals or with parameters is rare, and in good hands with Connect. */
const CONTENT_TYPES = new Set(["application/grpc", "application/grpc+proto"]);

function refuseUnknown({ open }: GrpcParts, stream: ServerHttp2Stream, path: string): void {
  stream.on("error", ignore);
  respondError(stream, new ConnectError(`unknown method ${path}`, Code.Unimplemented), open().headers);
}

function openBare() {
  return { contextValues: createContextValues(), headers: {} };
}

function ignore(): void {}
