import type { DescMethod, DescMethodUnary } from "@bufbuild/protobuf";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { Code, ConnectError, createContextValues } from "@connectrpc/connect";
import { type CountMax, uncounted } from "../descriptors/count-limit.js";
import type { Invoker } from "../call/invoke.js";
import { type Limits, limitsOf } from "../call/limits.js";
import { createBinaryReaders } from "./binary-reader.js";
import { GrpcExchange, type GrpcParts, respondError } from "./grpc-exchange.js";

/** Options of the gRPC server. */
export interface GrpcOptions {
  readonly invoker: Invoker;
  readonly limits?: Partial<Limits> | undefined;
  /** Largest request of a method in bytes, where smaller than the general limit. */
  readonly bytesMax?: ((method: DescMethod) => number) | undefined;
  /** Largest size of lists and maps. */
  readonly countMax?: CountMax | undefined;
  /** Context values and headers of each new call. Default: none. */
  readonly open?: GrpcParts["open"];
  /** Receives errors that no interceptor saw, such as a response that cannot be encoded. */
  readonly report?: GrpcParts["report"];
}

/**
 * Serves an HTTP/2 stream and returns true where it is a unary gRPC call in uncompressed protobuf. Returns
 * false for every other call and protocol, without touching the stream.
 */
export type GrpcServer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;

/**
 * Serves unary gRPC methods directly on Node's streams: one message in, `invoke`, one message out. This costs
 * about a sixth of Connect's adapter, which creates async iterators, Headers and AbortControllers for each
 * call.
 *
 * Responses are never compressed. Unknown methods are answered here as well, since gRPC requires a status
 * instead of a 404.
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
    // Connect ignores a query in the path.
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

/** Exactly these: Connect handles the rare content types in capitals or with parameters. */
const CONTENT_TYPES = new Set(["application/grpc", "application/grpc+proto"]);

function refuseUnknown({ open }: GrpcParts, stream: ServerHttp2Stream, path: string): void {
  stream.on("error", ignore);
  respondError(stream, new ConnectError(`unknown method ${path}`, Code.Unimplemented), open().headers);
}

function openBare() {
  return { contextValues: createContextValues(), headers: {} };
}

function ignore(): void {}
