import { constants } from "node:http2";
import type { DescMethod } from "@bufbuild/protobuf";
import { Code, type ConnectError, type ContextValues } from "@connectrpc/connect";
import type {
  UniversalHandler,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { type TimeoutHeader, timeoutOf } from "../call/deadline.js";
import { connectErrorOf } from "../errors/connect-error.js";
import { withPrefix, PREFIX_BYTES } from "../grpc/envelope.js";
import { incomingMetadata } from "../grpc/metadata.js";
import { type HttpRequest, type HttpResponse, isGone } from "../http/http-call.js";
import type { Invoker } from "../call/invoke.js";
import { parseTarget } from "../routing/request-target.js";
import { discardRest } from "../http/response.js";
import { packingOf, type Protocol } from "./protocol.js";
import { queryMessage } from "./connect-get-message.js";
import { openMessage, readMessage, readMessages, type ReadingParts } from "./request-reader.js";
import { sendAnswer } from "./send-answer.js";
import { TimeLimit } from "./time-limit.js";
import { parseUrl } from "../../lib/hosts/parse-url.js";

/** The parts that all calls share. */
export interface ConnectParts {
  readonly invoker: Pick<Invoker, "admit">;
  readonly timeoutMsMax: number;
  readonly bytesMax: (method: DescMethod) => number;
  /** Throws a ConnectError for bytes that are no message of the method. */
  readonly check: (method: DescMethod, json: boolean, bytes: Buffer) => void;
  readonly contextValues: (request: HttpRequest) => ContextValues;
  readonly report: (error: unknown, contextValues: ContextValues) => void;
}

/**
 * One call that Connect's handler answers. The call is admitted first, and its message read, decompressed and
 * checked. Any error is passed to Connect instead of the body, so that Connect writes it in the request's
 * protocol.
 */
export class ConnectExchange {
  readonly #parts: ConnectParts;
  readonly #handler: UniversalHandler;
  readonly #request: HttpRequest;
  readonly #response: HttpResponse;
  readonly #protocol: Protocol;
  readonly #contextValues: ContextValues;
  readonly #gone = new AbortController();

  constructor(
    parts: ConnectParts,
    handler: UniversalHandler,
    request: HttpRequest,
    response: HttpResponse,
    protocol: Protocol,
  ) {
    this.#parts = parts;
    this.#handler = handler;
    this.#request = request;
    this.#response = response;
    this.#protocol = protocol;
    this.#contextValues = parts.contextValues(request);
  }

  /** Answers the call with a response or an error. Never rejects. */
  async run(): Promise<void> {
    this.#response.once("close", () => this.#gone.abort());
    const [timeoutMs, wrongTimeout] = this.#grantTime();
    const limit = new TimeLimit(timeoutMs);
    try {
      const answer = await this.#answer(limit, wrongTimeout);
      await sendAnswer(this.#response, answer);
      if (!this.#request.complete) discardRest(this.#request);
    } catch (error) {
      this.#breakOff(error);
    } finally {
      limit.clear();
    }
  }

  /** The caller's timeout. An invalid one is reported only after admission. */
  #grantTime(): readonly [timeoutMs: number, wrong?: unknown] {
    const { timeoutHeader } = this.#protocol;
    const isUnary = this.#handler.method.methodKind === "unary";
    const limitMs = isUnary ? this.#parts.timeoutMsMax : TIMER_MAX;
    const text = this.#request.headers[timeoutHeader];
    if (text === undefined) return [isUnary ? limitMs : Infinity];
    try {
      return [timeoutOf(timeoutHeader, String(text), limitMs)];
    } catch (error) {
      return [limitMs, error];
    }
  }

  async #answer(limit: TimeLimit, wrongTimeout: unknown): Promise<UniversalServerResponse> {
    try {
      const body = await limit.hold(this.#read(wrongTimeout));
      return await limit.hold(this.#handler(this.#universal(body, limit.leftMs)));
    } catch (error) {
      return await this.#failed(error);
    }
  }

  async #read(wrongTimeout: unknown): Promise<AsyncIterable<Uint8Array>> {
    const { method } = this.#handler;
    await this.#parts.invoker.admit(method, this.#request.headers, this.#contextValues);
    if (wrongTimeout !== undefined) throw wrongTimeout;
    const query = this.#request.method === "GET" ? parseTarget(this.#request.url ?? "").query : undefined;
    if (query !== undefined) return only(this.#framed(await this.#readQuery(query)));
    const parts = this.#reading(this.#request.headers[this.#protocol.packingHeader]);
    if (method.methodKind === "unary" || method.methodKind === "server_streaming")
      return only(this.#framed(await readMessage(this.#request, parts)));
    return this.#framedEach(readMessages(this.#request, parts));
  }

  async #readQuery(text: string): Promise<Buffer> {
    const query = queryMessage(text);
    return await openMessage(query.bytes(), this.#reading(query.packing));
  }

  #reading(packing: string | string[] | undefined): ReadingParts {
    const { json, enveloped, acceptHeader } = this.#protocol;
    const { method } = this.#handler;
    return {
      enveloped,
      packing: packingOf(packing === undefined ? undefined : String(packing), acceptHeader),
      bytesMax: this.#parts.bytesMax(method),
      check: (bytes) => this.#parts.check(method, json, bytes),
    };
  }

  #framed(message: Buffer): Buffer {
    if (!this.#protocol.enveloped) return message;
    return withPrefix(Buffer.concat([Buffer.alloc(PREFIX_BYTES), message]));
  }

  async *#framedEach(messages: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
    for await (const message of messages) yield this.#framed(message);
  }

  /** The request passed to Connect: always a POST, uncompressed, with the time that is left. */
  #universal(body: AsyncIterable<Uint8Array>, leftMs: number): UniversalServerRequest {
    const { timeoutHeader, packingHeader, acceptHeader, contentType } = this.#protocol;
    const header = incomingMetadata(this.#request.headers);
    for (const name of [packingHeader, acceptHeader, timeoutHeader, "content-length"]) header.delete(name);
    header.set("content-type", contentType);
    if (leftMs !== Infinity) header.set(timeoutHeader, timeoutText(timeoutHeader, leftMs));
    return {
      httpVersion: this.#request.httpVersion,
      method: "POST",
      url: this.#url(),
      header,
      body,
      signal: this.#gone.signal,
      contextValues: this.#contextValues,
    };
  }

  /** Absolute, since Connect parses it. The host is fixed, as the client's Host header may be anything. */
  #url(): string {
    const { headers, url = "" } = this.#request;
    const whole = `http://${String(headers[":authority"] ?? headers.host ?? "")}${parseTarget(url).path}`;
    return parseUrl(whole) !== undefined ? whole : `http://localhost${parseTarget(url).path}`;
  }

  /** Connect handles this error like one thrown while it reads a body. */
  async #failed(thrown: unknown): Promise<UniversalServerResponse> {
    const error = connectErrorOf(thrown);
    if (error.code === Code.Internal && error.cause !== undefined)
      this.#parts.report(error.cause, this.#contextValues);
    return await this.#handler({ ...this.#universal(failing(error), Infinity), signal: NEVER });
  }

  /** The error cannot be written, or the response has begun: ends the connection. */
  #breakOff(error: unknown): void {
    if (!isGone(this.#response)) this.#parts.report(error, this.#contextValues);
    if ("stream" in this.#response) this.#response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else this.#response.destroy();
  }
}

/** Maximum of Node's timers, 24 days; longer ones fire immediately. */
const TIMER_MAX = 2 ** 31 - 1;

const NEVER = new AbortController().signal;

function timeoutText(name: TimeoutHeader, ms: number): string {
  if (name === "connect-timeout-ms") return String(ms);
  return ms < GRPC_VALUE_END ? `${ms}m` : `${Math.floor(ms / 1000)}S`;
}

/** A gRPC timeout has eight digits at most. */
const GRPC_VALUE_END = 100_000_000;

async function* only(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function failing(error: ConnectError): AsyncIterable<Uint8Array> {
  const next = async (): Promise<never> => {
    throw error;
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}
