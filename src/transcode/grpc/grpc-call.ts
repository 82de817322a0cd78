import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { Code, ConnectError, type ContextValues } from "@connectrpc/connect";
import type { Call } from "../call/call.js";
import { incomingMetadata } from "./metadata.js";

/** An HTTP/2 stream as a call. Headers and signal are created at first access. */
export class GrpcCall implements Call {
  readonly requestMethod = "POST";
  readonly protocolName = "grpc";
  readonly timeoutMs: number;
  readonly contextValues: ContextValues;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  #header: Headers | undefined;
  #controller: AbortController | undefined;
  #aborted: Error | undefined;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    contextValues: ContextValues,
    timeoutMs: number,
  ) {
    this.#stream = stream;
    this.#headers = headers;
    this.contextValues = contextValues;
    this.timeoutMs = timeoutMs;
  }

  /** Absolute URL, as with Connect's adapters. */
  get url(): string {
    const scheme = this.#stream.session?.encrypted === true ? "https" : "http";
    const { ":authority": authority, host, ":path": path } = this.#headers;
    return `${scheme}://${authority ?? host ?? "localhost"}${path ?? ""}`;
  }

  get header(): Headers {
    return (this.#header ??= incomingMetadata(this.#headers));
  }

  /** Aborted when the caller cancels or disconnects, at the deadline, and once the call is over. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const closed = (): Error => this.abort(closing(this.#stream));
      if (this.#stream.closed) closed();
      this.#stream.once("close", closed);
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  /** Aborts the signal, even if it is created later. Returns the reason. */
  abort(reason: Error): Error {
    this.#aborted ??= reason;
    this.#controller?.abort(reason);
    return reason;
  }
}

function closing({ rstCode }: ServerHttp2Stream): Error {
  const text =
    rstCode === undefined || rstCode === constants.NGHTTP2_NO_ERROR
      ? "the call is over"
      : `http/2 stream closed with error code 0x${rstCode.toString(16)}`;
  return new ConnectError(text, Code.Canceled);
}
