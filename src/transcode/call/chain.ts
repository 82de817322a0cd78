import { create, type DescMessage, type DescMethod, type Message } from "@bufbuild/protobuf";
import type {
  Interceptor,
  MethodImplSpec,
  StreamRequest,
  UnaryRequest,
  UnaryResponse,
} from "@connectrpc/connect";
import { connectErrorOf } from "../errors/error.js";
import { AnswerHeaders, type Call, joined, type UnaryAnswer } from "./call.js";
import { LazyContext, type RequestView } from "./lazy-context.js";

/** Interceptors and implementation of one unary method. */
export type UnaryChain = (message: Message, call: Call) => Promise<UnaryAnswer>;

/**
 * Looks at a request's message before the implementation does. Throws what the caller is to be told, or
 * rejects with it.
 */
export type MessageCheck = (desc: DescMessage, message: Message) => void | Promise<void>;

/** Composes a unary method; without interceptors the implementation is called directly. */
export function composeUnary(
  { method, impl }: Extract<MethodImplSpec, { kind: "unary" }>,
  interceptors: readonly Interceptor[],
  check: MessageCheck = noCheck,
): UnaryChain {
  const run = (message: Message, view: RequestView, call: Call, answer: AnswerHeaders) => {
    const context = new LazyContext(method, view, answer, call);
    const checking = check(method.input, message);
    return checking === undefined ? impl(message, context) : checking.then(() => impl(message, context));
  };
  const chain = wrap(interceptors, async (request) => {
    const travelling = travellingOf(request);
    const { call, answer } = travelling;
    const output = await run(request.message as Message, request, call, answer);
    travelling.response = responseOf(method, false, create(method.output, output), answer);
    return travelling.response;
  });
  return async (message, call) => {
    const answer = new AnswerHeaders();
    try {
      if (interceptors.length === 0) {
        const running = run(message, call, call, answer);
        // To wait for what is there takes a promise and a look for its `then`.
        const output = running instanceof Promise ? await running : running;
        return { message: create(method.output, output), metadata: answer.made };
      }
      const travelling: Travelling = { call, answer, response: undefined };
      const response = (await chain(requestOf(method, false, message, travelling))) as UnaryResponse;
      // An interceptor that answers in the implementation's place, or changes the answer, brings headers of its own.
      return {
        message: response.message,
        metadata: response === travelling.response ? answer.made : response,
      };
    } catch (error) {
      throw connectErrorOf(error, joined(answer.made));
    }
  };
}

function noCheck(): void {}

/** What an interceptor wraps. */
export type Next = ReturnType<Interceptor>;
type AnyRequest = UnaryRequest | StreamRequest;
type AnyResponse = Awaited<ReturnType<Next>>;

/** What goes with a call, besides what interceptors see of it. */
export interface Travelling {
  readonly call: Call;
  readonly answer: AnswerHeaders;
  /** What the implementation answered: an interceptor may hand on something else. */
  response: AnyResponse | undefined;
}

/** Puts interceptors around an implementation, the first of them outermost. */
export function wrap(interceptors: readonly Interceptor[], innermost: Next): Next {
  return interceptors.reduceRight((next, interceptor) => interceptor(next), innermost);
}

/**
 * It travels inside the request, under a symbol: `{...request}`, the way in which interceptors change a request, takes
 * it along.
 */
const TRAVELLING = Symbol("travelling");

/** What goes with a request. One that an interceptor made from nothing has lost it, and gets it afresh. */
export function travellingOf(request: AnyRequest): Travelling {
  const known = (request as { [TRAVELLING]?: Travelling })[TRAVELLING];
  return known ?? { call: request, answer: new AnswerHeaders(), response: undefined };
}

/** A request as interceptors see it. */
export function requestOf(
  method: DescMethod,
  stream: boolean,
  message: unknown,
  travelling: Travelling,
): AnyRequest {
  const { requestMethod, url, contextValues } = travelling.call;
  const request = {
    [TRAVELLING]: travelling,
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
 * Adds parts that are made when looked at. They are accessors of the object's own and enumerable, so that a spread
 * copies them, and shared by all objects: with closures of its own each object has a shape of its own, which makes
 * whatever touches it ten times slower.
 */
function withLazy(target: object, parts: readonly (readonly [string, PropertyDescriptor])[]): object {
  for (const [name, descriptor] of parts) Object.defineProperty(target, name, descriptor);
  return target;
}

const REQUEST_PARTS = (["header", "signal"] as const).map((name) =>
  lazyPart(name, function (this: { [TRAVELLING]: Travelling }) {
    return this[TRAVELLING].call[name];
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
