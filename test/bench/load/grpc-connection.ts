import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { callHeaders, FLAG, FRAME, frame, FRAME_HEAD, greeting, windowUpdate } from "./grpc-frames.js";

interface Waiting {
  resolve: (message: Buffer) => void;
  reject: (error: Error) => void;
  message: Buffer | undefined;
}

/**
 * One connection of HTTP/2 that makes the same unary call again and again, as many at a time as its user
 * likes. It writes frames made beforehand: a client of a library costs more than the servers that are to be
 * measured.
 */
export class GrpcConnection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #request: Buffer;
  readonly #dataAt: number;
  #received: Buffer = Buffer.alloc(0);
  #nextStream = 1;
  #unreported = 0;
  /** The block that ends a call which went well; a client without a table of headers gets the same bytes each time. */
  #goodTrailers: Buffer | undefined;

  private constructor(socket: Socket, path: string, message: Buffer) {
    this.#socket = socket;
    const headers = frame(FRAME.headers, FLAG.endHeaders, 0, callHeaders(path));
    this.#dataAt = headers.length;
    this.#request = Buffer.concat([headers, frame(FRAME.data, FLAG.endStream, 0, message)]);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", (error) => this.#failAll(error));
    socket.on("close", () => this.#failAll(new Error("The server closed the connection.")));
    socket.write(greeting());
  }

  /** `message` is the request with its gRPC prefix. */
  static async open(port: number, path: string, message: Buffer): Promise<GrpcConnection> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return new GrpcConnection(socket, path, message);
  }

  /** Makes the call; resolves with the answer and its prefix once the call has ended well. */
  call(): Promise<Buffer> {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    const request = Buffer.from(this.#request);
    request.writeUInt32BE(stream, 5);
    request.writeUInt32BE(stream, this.#dataAt + 5);
    return new Promise((resolve, reject) => {
      this.#waiting.set(stream, { resolve, reject, message: undefined });
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting.clear();
    this.#socket.destroy();
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    let at = 0;
    while (bytes.length >= at + FRAME_HEAD) {
      const end = at + FRAME_HEAD + bytes.readUIntBE(at, 3);
      if (bytes.length < end) break;
      const payload = bytes.subarray(at + FRAME_HEAD, end);
      this.#take(bytes.readUInt8(at + 3), bytes.readUInt8(at + 4), bytes.readUInt32BE(at + 5), payload);
      at = end;
    }
    this.#received = bytes.subarray(at);
  }

  #take(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === FRAME.data) this.#takeData(stream, payload);
    else if (type === FRAME.headers && (flags & FLAG.endStream) !== 0) this.#end(stream, payload);
    else if (type === FRAME.reset) this.#finish(stream)?.reject(new Error("The call was reset."));
    else if (type === FRAME.goaway) this.#failAll(new Error("The server says goodbye."));
    else if (type === FRAME.settings && (flags & FLAG.ack) === 0)
      this.#socket.write(frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(0)));
    else if (type === FRAME.ping && (flags & FLAG.ack) === 0)
      this.#socket.write(frame(FRAME.ping, FLAG.ack, 0, payload));
  }

  #takeData(stream: number, payload: Buffer): void {
    const waiting = this.#waiting.get(stream);
    if (waiting !== undefined && payload.length > 0) {
      waiting.message = waiting.message === undefined ? payload : Buffer.concat([waiting.message, payload]);
    }
    this.#unreported += payload.length;
    if (this.#unreported < REPORT_BYTES) return;
    this.#socket.write(windowUpdate(this.#unreported));
    this.#unreported = 0;
  }

  /** An error has no message; and what ends a call well ends every such call. */
  #end(stream: number, trailers: Buffer): void {
    const waiting = this.#finish(stream);
    if (waiting?.message === undefined) return waiting?.reject(new Error("A call ended without an answer."));
    this.#goodTrailers ??= Buffer.from(trailers);
    if (this.#goodTrailers.equals(trailers)) waiting.resolve(waiting.message);
    else waiting.reject(new Error("A call ended otherwise than the first one did."));
  }

  #finish(stream: number): Waiting | undefined {
    const waiting = this.#waiting.get(stream);
    this.#waiting.delete(stream);
    return waiting;
  }
}

/** How much the server may send before it is told that it was read: a small part of what the greeting allows. */
const REPORT_BYTES = 2 ** 24;
