import type { DescMessage, DescMethod, MessageShape } from "@bufbuild/protobuf";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createContextValues,
  type StreamRequest,
  type StreamResponse,
  type Transport,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import { runStreamingCall, runUnaryCall } from "@connectrpc/connect/protocol";
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";

import { StatusSchema } from "../gen/google/rpc/status_pb.js";
import { type CallOptions, callInterceptors, TIMEOUT_MS } from "./interceptors.js";

/** Where and how gRPC is spoken. */
export interface GrpcOptions extends CallOptions {
  /** Host and port of the service's gRPC port, such as `pay.internal:50051`. */
  readonly address: string;
  /** TLS by default; `credentials.createInsecure()` of grpc-js for clear text. */
  readonly channelCredentials?: ChannelCredentials;
}

/** A transport over grpc-js. */
export interface GrpcTransport extends Transport {
  /** Cancels its streams, and ends its connections when its calls have ended. */
  close(): void;
}

/** A transport over grpc-js, with its connections, name resolution and keep-alive. It connects with the first call. */
export function grpcTransport({ address, channelCredentials, ...options }: GrpcOptions): GrpcTransport {
  const client = new Client(address, channelCredentials ?? credentials.createSsl());
  const interceptors = callInterceptors(options);
  // Leaving the loop over a stream does not end it: Connect's clients go by the signal that they are given.
  const closing = new AbortController();
  const common = (method: DescMethod, header: ConstructorParameters<typeof Headers>[0]) => ({
    service: method.parent,
    requestMethod: "POST",
    url: `http://${address}${pathOf(method)}`,
    header: new Headers(header),
  });
  return {
    unary: (method, signal, timeoutMs, header, message, contextValues = createContextValues()) =>
      runUnaryCall({
        interceptors,
        timeoutMs: timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS,
        ...(signal && { signal }),
        req: { ...common(method, header), stream: false, method, contextValues, message },
        next: (request) => callUnary(client, request),
      }),
    stream: (method, signal, timeoutMs, header, message, contextValues = createContextValues()) =>
      runStreamingCall({
        interceptors,
        ...(timeoutMs !== undefined && { timeoutMs }),
        ...(signal && { signal }),
        req: { ...common(method, header), stream: true, method, contextValues, message },
        next: (request) => callServerStream(client, request, closing.signal),
      }),
    close: () => {
      closing.abort();
      client.close();
    },
  };
}

function pathOf({ parent, name }: DescMethod): string {
  return `/${parent.typeName}/${name}`;
}

async function callUnary<I extends DescMessage, O extends DescMessage>(
  client: Client,
  request: UnaryRequest<I, O>,
): Promise<UnaryResponse<I, O>> {
  const { method, message, header: sent, signal } = request;
  const header = new Headers();
  const trailer = new Headers();
  const answer = await new Promise<MessageShape<O>>((resolve, reject) => {
    const call = client.makeUnaryRequest<MessageShape<I>, MessageShape<O>>(
      pathOf(method),
      (input) => Buffer.from(toBinary(method.input, input)),
      (bytes) => fromBinary(method.output, bytes),
      message,
      metadataOf(sent),
      (error, output) => (output === undefined ? reject(errorOf(error)) : resolve(output)),
    );
    call.on("metadata", (metadata) => copy(metadata, header));
    call.on("status", ({ metadata }) => copy(metadata, trailer));
    signal.addEventListener("abort", () => call.cancel());
  });
  return { stream: false, service: method.parent, method, header, trailer, message: answer };
}

async function callServerStream<I extends DescMessage, O extends DescMessage>(
  client: Client,
  request: StreamRequest<I, O>,
  closing: AbortSignal,
): Promise<StreamResponse<I, O>> {
  const { method, header: sent } = request;
  const signal = AbortSignal.any([request.signal, closing]);
  if (method.methodKind !== "server_streaming") {
    throw new ConnectError("Only the service streams in this API.", Code.Unimplemented);
  }
  const input = await firstOf(request.message);
  const header = new Headers();
  const trailer = new Headers();
  const call = client.makeServerStreamRequest<MessageShape<I>, MessageShape<O>>(
    pathOf(method),
    (input) => Buffer.from(toBinary(method.input, input)),
    (bytes) => fromBinary(method.output, bytes),
    input,
    metadataOf(sent),
  );
  call.on("metadata", (metadata) => copy(metadata, header));
  call.on("status", ({ metadata }) => copy(metadata, trailer));
  signal.addEventListener("abort", () => call.cancel());
  return { stream: true, service: method.parent, method, header, trailer, message: messagesOf<O>(call) };
}

/** The one message of the caller. */
async function firstOf<T>(messages: AsyncIterable<T>): Promise<T> {
  for await (const message of messages) return message;
  throw new ConnectError("The call has no message.", Code.InvalidArgument);
}

async function* messagesOf<O extends DescMessage>(
  call: AsyncIterable<MessageShape<O>>,
): AsyncGenerator<MessageShape<O>> {
  try {
    for await (const message of call) yield message;
  } catch (error) {
    throw errorOf(error as ServiceError);
  }
}

function metadataOf(headers: Headers): Metadata {
  const metadata = new Metadata();
  headers.forEach((value, name) => metadata.set(name, value));
  return metadata;
}

/** Binary values are left out: those of this API are the details of errors, which `errorOf` reads. */
function copy(metadata: Metadata, headers: Headers): void {
  for (const [name, value] of Object.entries(metadata.getMap())) {
    if (typeof value === "string") headers.set(name, value);
  }
}

/** The codes are the numbers of gRPC in both libraries. */
function errorOf(error: ServiceError | null): ConnectError {
  if (error === null) return new ConnectError("There is no answer.", Code.Internal);
  const headers = new Headers();
  copy(error.metadata, headers);
  const failed = new ConnectError(error.details, error.code as number, headers, undefined, error);
  const [status] = error.metadata.get("grpc-status-details-bin");
  if (Buffer.isBuffer(status)) {
    failed.details = fromBinary(StatusSchema, status).details.map(({ typeUrl, value }) => ({
      type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
      value,
    }));
  }
  return failed;
}
