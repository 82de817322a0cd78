import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { ContextValues, HandlerContext } from "@connectrpc/connect";
import type { AnswerHeaders } from "./call.js";

/** The request as a handler sees it: the call's own values, or an interceptor's replacements. */
export interface RequestView {
  readonly header: Headers;
  readonly signal: AbortSignal;
  readonly contextValues: ContextValues;
  readonly requestMethod: string;
  readonly url: string;
}

/**
 * A handler context whose parts are created at first access. Connect's `createHandlerContext` creates three
 * Headers and two AbortControllers for each call, which doubles the cost of a small one.
 */
export class LazyContext implements HandlerContext {
  readonly method: DescMethod;
  readonly protocolName: string;
  readonly #request: RequestView;
  readonly #answer: AnswerHeaders;
  readonly #endsAt: number | undefined;

  constructor(
    method: DescMethod,
    request: RequestView,
    answer: AnswerHeaders,
    {
      timeoutMs,
      protocolName = "http",
    }: { timeoutMs?: number | undefined; protocolName?: string | undefined },
  ) {
    this.method = method;
    this.protocolName = protocolName;
    this.#request = request;
    this.#answer = answer;
    this.#endsAt = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  }

  get service(): DescService {
    return this.method.parent;
  }
  get requestMethod(): string {
    return this.#request.requestMethod;
  }
  get url(): string {
    return this.#request.url;
  }
  get values(): ContextValues {
    return this.#request.contextValues;
  }
  get signal(): AbortSignal {
    return this.#request.signal;
  }
  get requestHeader(): Headers {
    return this.#request.header;
  }
  get responseHeader(): Headers {
    return this.#answer.header;
  }
  get responseTrailer(): Headers {
    return this.#answer.trailer;
  }
  /** Milliseconds left. An arrow function without `this`, since handlers destructure contexts. */
  get timeoutMs(): () => number | undefined {
    return () => (this.#endsAt === undefined ? undefined : Math.max(0, this.#endsAt - performance.now()));
  }
}
