import type { DescMessage, DescMethod, DescMethodUnary } from "@bufbuild/protobuf";
import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { Code, type ConnectError, type ContextValues } from "@connectrpc/connect";
import type { UnaryAnswer } from "../call/call.js";
import { deadlineExceeded, timeoutOf } from "../call/deadline.js";
import { closeAfterResponse } from "../../lib/http.js";
import { connectErrorOf } from "../errors/connect-error.js";
import type { Invoker } from "../call/invoke.js";
import type { Limits } from "../call/limits.js";
import type { BinaryReader } from "./binary-reader.js";
import { binaryWriter } from "./binary-writer.js";
import { OneMessage, PREFIX_BYTES, withPrefix } from "./envelope.js";
import { GrpcCall } from "./grpc-call.js";
import { addMetadata } from "./metadata.js";
import { errorStatus } from "./status.js";

/** The parts that all calls share. */
export interface GrpcParts {
  readonly invoker: Invoker;
  readonly limits: Pick<Limits, "timeoutMsMax">;
  readonly bytesMax: (method: DescMethod) => number;
  readonly readers: (desc: DescMessage) => BinaryReader;
  readonly open: () => OpenedCall;
  readonly report: (error: unknown, contextValues: ContextValues) => void;
}

/** What the service adds to one call. */
export interface OpenedCall {
  readonly contextValues: ContextValues;
  /** Headers of the response, or of the error. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One unary call and its response. */
export class GrpcExchange {
  readonly #parts: GrpcParts;
  readonly #stream: ServerHttp2Stream;
  readonly #method: DescMethodUnary;
  readonly #opened: OpenedCall;
  readonly #message: OneMessage;
  #call: GrpcCall | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wrongTimeout: Error | undefined;
  #answered = false;

  constructor(parts: GrpcParts, stream: ServerHttp2Stream, method: DescMethodUnary) {
    this.#parts = parts;
    this.#stream = stream;
    this.#method = method;
    this.#opened = parts.open();
    this.#message = new OneMessage(parts.bytesMax(method));
  }

  /** Reads the message, invokes the method and sends the response or an error. Never throws. */
  run(headers: IncomingHttpHeaders): void {
    // A broken connection is no bug: the caller has gone.
    this.#stream.on("error", ignore);
    try {
      this.#begin(headers);
    } catch (error) {
      this.#fail(error);
    }
  }

  #begin(headers: IncomingHttpHeaders): void {
    const { contextValues } = this.#opened;
    const timeoutMs = this.#grantTime(headers["grpc-timeout"]);
    this.#call = new GrpcCall(this.#stream, headers, contextValues, timeoutMs);
    if (timeoutMs <= 0) return this.#expire();
    this.#timer = setTimeout(() => this.#expire(), timeoutMs);
    // Each event but `data` occurs once. `once` would wrap each listener, at a cost.
    this.#stream.on("close", () => clearTimeout(this.#timer));
    const admitting = this.#parts.invoker.admit(this.#method, headers, contextValues);
    if (admitting === undefined) return this.#listen();
    admitting
      .then(() => this.#listen())
      .catch((error: unknown) => {
        if (!this.#isOver()) this.#fail(error);
      });
  }

  /** An invalid timeout is reported only after admission. */
  #grantTime(timeout: string | string[] | undefined): number {
    const limitMs = this.#parts.limits.timeoutMsMax;
    if (timeout === undefined) return limitMs;
    try {
      return timeoutOf("grpc-timeout", String(timeout), limitMs);
    } catch (error) {
      this.#wrongTimeout = error as Error;
      return limitMs;
    }
  }

  /** Reads the message of an admitted call. */
  #listen(): void {
    if (this.#isOver()) return;
    if (this.#wrongTimeout !== undefined) throw this.#wrongTimeout;
    this.#stream.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#stream.on("end", () => void this.#serve());
  }

  #take(chunk: Buffer): void {
    if (this.#answered) return;
    try {
      this.#message.add(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #serve(): Promise<void> {
    // A stream that the caller resets looks as if it had ended.
    if (this.#answered || this.#stream.aborted || this.#call === undefined) return;
    try {
      const message = this.#parts.readers(this.#method.input)(this.#message.end());
      const answer = await this.#parts.invoker.unary(this.#method, message, this.#call);
      if (!this.#isOver()) this.#answer(answer);
    } catch (error) {
      if (!this.#isOver()) this.#fail(error);
    }
  }

  /** Already answered: the deadline has passed, or the caller has cancelled. */
  #isOver(): boolean {
    return this.#answered || this.#stream.destroyed || this.#stream.closed;
  }

  #answer({ message, metadata }: UnaryAnswer): void {
    const bytes = withPrefix(binaryWriter(this.#method.output)(message, PREFIX_BYTES));
    const sent: OutgoingHttpHeaders = { ...OK, ...this.#opened.headers };
    let end: OutgoingHttpHeaders = SUCCEEDED;
    if (metadata !== undefined) {
      addMetadata(sent, metadata.header);
      end = addMetadata({ ...SUCCEEDED }, metadata.trailer);
    }
    this.#stream.respond(sent, BEFORE_TRAILERS);
    this.#answered = true;
    this.#stream.on("wantTrailers", () => {
      if (!this.#stream.closed) this.#stream.sendTrailers(end);
    });
    this.#stream.end(bytes);
  }

  #expire(): void {
    const error = deadlineExceeded();
    this.#call?.abort(error);
    if (!this.#isOver()) this.#fail(error);
  }

  #fail(thrown: unknown): void {
    this.#answered = true;
    const error = connectErrorOf(thrown);
    // Only an error from outside the interceptors still has its cause, such as a response that cannot be
    // encoded.
    if (error.code === Code.Internal && error.cause !== undefined) {
      this.#parts.report(error.cause, this.#opened.contextValues);
    }
    try {
      respondError(this.#stream, error, this.#opened.headers);
    } catch (cause) {
      this.#parts.report(cause, this.#opened.contextValues);
      this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    }
  }
}

/** Sends an error as a `Trailers-Only` response. */
export function respondError(
  stream: ServerHttp2Stream,
  error: ConnectError,
  headers: Readonly<Record<string, string>>,
): void {
  stream.respond({ ...OK, ...headers, ...errorStatus(error) }, WITHOUT_MESSAGE);
  // Stops the caller from sending; unread data would keep the stream open.
  stream.resume();
  if (!stream.readableEnded) closeAfterResponse(stream);
}

/** Omits the `date` header, which gRPC clients do not read, by an option that Node's types lack. */
const BEFORE_TRAILERS = { waitForTrailers: true, sendDate: false };

const SUCCEEDED = { "grpc-status": "0" };

const WITHOUT_MESSAGE = { endStream: true, sendDate: false };

const OK = { ":status": 200, "content-type": "application/grpc+proto" };

function ignore(): void {}
