import { once } from "node:events";
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { ConnectRouter, Interceptor } from "@connectrpc/connect";
import type { Test } from "tap";
import { createConnectServer } from "../../../src/transcode/connect/connect-server.js";
import { createGrpcServer, type GrpcOptions } from "../../../src/transcode/grpc/grpc-server.js";
import { type Admit, createInvoker } from "../../../src/transcode/call/invoke.js";
import { createConnections } from "../../../src/web/connections/connections.js";
import { openHttp2Port, type OpenPort } from "../../../src/web/ports/ports.js";

/** What is served. */
export interface Served extends Omit<GrpcOptions, "invoker"> {
  readonly routes: (router: ConnectRouter) => void;
  readonly interceptors?: readonly Interceptor[];
  readonly admit?: Admit;
}

/** A port that speaks gRPC, and a connection to it. Both are closed when the test ends. */
export interface GrpcPort extends OpenPort {
  readonly session: ClientHttp2Session;
}

/** Serves routes as the service does: the fast path first, Connect's handlers for what it leaves. */
export async function serveGrpc(t: Test, served: Served): Promise<GrpcPort> {
  const invoker = createInvoker(served);
  return await open(t, served, createGrpcServer({ ...served, invoker }));
}

/** Serves the same routes by Connect's handlers alone. */
export async function serveConnect(t: Test, served: Served): Promise<GrpcPort> {
  return await open(t, served, undefined);
}

async function open(
  t: Test,
  served: Served,
  takeStream: ReturnType<typeof createGrpcServer> | undefined,
): Promise<GrpcPort> {
  const invoker = createInvoker(served);
  const { open: opened, ...options } = served;
  const answer = createConnectServer({
    ...options,
    invoker,
    ...(opened === undefined ? {} : { contextValues: () => opened().contextValues }),
  });
  const listener = (...[request, response]: Parameters<typeof answer>): void => {
    response.setHeader("request-id", "req_of_connect");
    if (!answer(request, response)) response.writeHead(404).end();
  };
  const port = await openHttp2Port("127.0.0.1", 0, undefined, { listener, takeStream }, createConnections());
  const session = connect(`http://127.0.0.1:${port.port}`);
  session.on("error", () => {}); // A server that closes says so to its streams too.
  t.teardown(async () => {
    session.destroy();
    await port.close();
  });
  return { ...port, session };
}

/** What came back on one stream. */
export interface WireAnswer {
  readonly status: number;
  /** True where headers and trailers are one block. */
  readonly trailersOnly: boolean;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly rstCode: number;
}

/** One call: its bytes in the pieces given, each a DATA frame of its own. */
export async function callWire(
  session: ClientHttp2Session,
  path: string,
  pieces: readonly Uint8Array[],
  headers: OutgoingHttpHeaders = {},
): Promise<WireAnswer> {
  const stream = openCall(session, path, headers);
  for (const piece of pieces) stream.write(piece);
  stream.end();
  return await answerOn(stream);
}

/** Opens a call, and sends nothing but its headers. */
export function openCall(
  session: ClientHttp2Session,
  path: string,
  headers: OutgoingHttpHeaders = {},
): ClientHttp2Stream {
  const own = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
  const stream = session.request({ ...own, ...headers });
  stream.on("error", () => {}); // A reset shows in the code.
  return stream;
}

/** Reads a stream to its end. */
export async function answerOn(stream: ClientHttp2Stream): Promise<WireAnswer> {
  const chunks: Buffer[] = [];
  let headers: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  let trailersOnly = false;
  stream.on("response", (received, flags) => {
    headers = received;
    trailersOnly = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    if (trailersOnly) trailers = received;
  });
  stream.on("trailers", (received) => (trailers = received));
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  if (!stream.destroyed) await once(stream, "close");
  return {
    status: Number(headers[":status"] ?? 0),
    trailersOnly,
    headers,
    trailers,
    body: Buffer.concat(chunks),
    rstCode: stream.rstCode ?? 0,
  };
}

/** The prefix of a message, and the message. */
export function framed(message: Uint8Array, flags = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flags;
  prefix.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([prefix, message]);
}
