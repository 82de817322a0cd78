import {
  create,
  type DescMessage,
  type DescMethod,
  type Message,
  type DescService,
} from "@bufbuild/protobuf";
import type {
  Interceptor,
  MethodImplSpec,
  StreamRequest,
  UnaryRequest,
  UnaryResponse,
  ContextValues,
  HandlerContext,
} from "@connectrpc/connect";

import { connectErrorOf } from "../errors/connect-error.js";
import { AnswerHeaders, type Call, joinHeaders, type UnaryAnswer } from "./call.js";

/** The interceptors and implementation of one unary method. */
export type UnaryChain = (message: Message, call: Call) => Promise<UnaryAnswer>;

/** Checks a request's message before the implementation runs. Throws or rejects with the error for the caller. */
export type MessageCheck = (desc: DescMessage, message: Message) => void | Promise<void>;

/** Composes a unary method. Without interceptors, the implementation is called directly. */
export function composeUnary(
  { method, impl }: Extract<MethodImplSpec, { kind: "unary" }>,
  interceptors: readonly Interceptor[],
  check: MessageCheck = noCheck,
): UnaryChain {
  const run = (message: Message, view: RequestView, call: Call, answer: AnswerHeaders) => {
    const context = new HandlerContextView(method, view, answer, call);
    const checking = check(method.input, message);
    return checking === undefined ? impl(message, context) : checking.then(() => impl(message, context));
  };
  const chain = wrap(interceptors, async (request) => {
    const callState = callStateOf(request);
    const { call, answer } = callState;
    const output = await run(request.message as Message, request, call, answer);
    callState.response = responseOf(method, false, create(method.output, output), answer);
    return callState.response;
  });
  return async (message, call) => {
    const answer = new AnswerHeaders();
    try {
      if (interceptors.length === 0) {
        const running = run(message, call, call, answer);
        // Skips `await` for a synchronous result: it costs a microtask.
        const output = running instanceof Promise ? await running : running;
        return { message: create(method.output, output), metadata: answer.made };
      }
      const callState: CallState = { call, answer, response: undefined };
      const response = (await chain(requestOf(method, false, message, callState))) as UnaryResponse;
      // An interceptor that replaces the response brings its own headers.
      return {
        message: response.message,
        metadata: response === callState.response ? answer.made : response,
      };
    } catch (error) {
      throw connectErrorOf(error, joinHeaders(answer.made));
    }
  };
}

/** The check of a service without rules. */
export function noCheck(): void {}

/** The function that an interceptor wraps. */
type Next = ReturnType<Interceptor>;
type AnyRequest = UnaryRequest | StreamRequest;
type AnyResponse = Awaited<ReturnType<Next>>;

/** State of a call that interceptors do not see. */
export interface CallState {
  readonly call: Call;
  readonly answer: AnswerHeaders;
  /** The implementation's response, which an interceptor may replace. */
  response: AnyResponse | undefined;
}

/** Wraps interceptors around an implementation, the first one outermost. */
export function wrap(interceptors: readonly Interceptor[], innermost: Next): Next {
  return interceptors.reduceRight((next, interceptor) => interceptor(next), innermost);
}

/** Key of the state inside the request: interceptors change a request by `{...request}`, which copies symbols. */
const CALL_STATE = Symbol("travelling");

/** The state of a request; new state for a request that an interceptor created from scratch. */
export function callStateOf(request: AnyRequest): CallState {
  const known = (request as { [CALL_STATE]?: CallState })[CALL_STATE];
  return known ?? { call: request, answer: new AnswerHeaders(), response: undefined };
}

/** A request as interceptors see it. */
export function requestOf(
  method: DescMethod,
  stream: boolean,
  message: unknown,
  callState: CallState,
): AnyRequest {
  const { requestMethod, url, contextValues } = callState.call;
  const request = {
    [CALL_STATE]: callState,
    stream,
    method,
    service: method.parent,
    message,
    requestMethod,
    url,
    contextValues,
  };
  return withLazy(request, REQUEST_PARTS) as unknown as AnyRequest;
}

/** A response as interceptors see it. */
export function responseOf(
  method: DescMethod,
  stream: boolean,
  message: unknown,
  answer: AnswerHeaders,
): AnyResponse {
  const response = { [ANSWER]: answer, stream, method, service: method.parent, message };
  return withLazy(response, RESPONSE_PARTS) as unknown as AnyResponse;
}

const ANSWER = Symbol("answer");

/**
 * Adds properties that are created at first access. The accessors are own and enumerable, so that a spread
 * copies them, and shared by all objects: accessors per object would give each object another shape, which
 * makes all access ten times slower.
 */
function withLazy(target: object, parts: readonly (readonly [string, PropertyDescriptor])[]): object {
  for (const [name, descriptor] of parts) Object.defineProperty(target, name, descriptor);
  return target;
}

const REQUEST_PARTS = (["header", "signal"] as const).map((name) =>
  lazyPart(name, function (this: { [CALL_STATE]: CallState }) {
    return this[CALL_STATE].call[name];
  }),
);

const RESPONSE_PARTS = (["header", "trailer"] as const).map((name) =>
  lazyPart(name, function (this: { [ANSWER]: AnswerHeaders }) {
    return this[ANSWER][name];
  }),
);

function lazyPart(name: string, get: () => unknown): readonly [string, PropertyDescriptor] {
  return [name, { configurable: true, enumerable: true, get }];
}

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
export class HandlerContextView implements HandlerContext {
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
