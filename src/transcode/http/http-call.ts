import type { ContextValues } from "@connectrpc/connect";
import type { Call } from "../call/call.js";
import { forwardedHeaders, type HeaderFilter } from "./headers.js";
import { callerGone, type HttpRequest, type HttpResponse, isGone } from "./http.js";

/** An HTTP request as a call. Headers and signal are created at first access. */
export class HttpCall implements Call {
  readonly timeoutMs: number;
  readonly contextValues: ContextValues;
  readonly #request: HttpRequest;
  readonly #filter: HeaderFilter | undefined;
  #header: Headers | undefined;
  #controller: AbortController | undefined;
  #aborted: Error | undefined;
  #endsWith: HttpResponse | undefined;

  constructor(
    request: HttpRequest,
    contextValues: ContextValues,
    timeoutMs: number,
    filter: HeaderFilter | undefined,
  ) {
    this.timeoutMs = timeoutMs;
    this.contextValues = contextValues;
    this.#request = request;
    this.#filter = filter;
  }

  get requestMethod(): string {
    return this.#request.method ?? "";
  }

  /** Absolute URL, as with Connect's adapters. */
  get url(): string {
    const { headers, socket, url = "" } = this.#request;
    const scheme = "encrypted" in socket ? "https" : "http";
    const authority = headers[":authority"] ?? headers.host ?? "localhost";
    return url.startsWith("/") ? `${scheme}://${String(authority)}${url}` : url;
  }

  get header(): Headers {
    return (this.#header ??= forwardedHeaders(this.#request, this.#filter));
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const gone = (): Error => this.abort(callerGone());
      if (this.#endsWith !== undefined && isGone(this.#endsWith)) gone();
      this.#endsWith?.once("close", gone);
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

  /** Aborts the signal once the response is sent, or the client has gone. */
  abortWith(response: HttpResponse): void {
    this.#endsWith = response;
  }
}
