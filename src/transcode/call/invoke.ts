import type { DescMethod, DescMethodServerStreaming, DescMethodUnary, Message } from "@bufbuild/protobuf";
import type { ConnectRouter, Interceptor } from "@connectrpc/connect";
import type { Admit, Call, StreamAnswer, UnaryAnswer } from "./call.js";
import { composeUnary, type MessageCheck, type UnaryChain } from "./chain.js";
import { recordRoutes } from "./recorded-routes.js";
import { composeStream, type StreamChain } from "./stream-chain.js";

export type { Admit, Call, StreamAnswer, UnaryAnswer };

/** The one service table, and the one way to call it. */
export interface Invoker {
  /** Every registered method, in order. */
  readonly methods: readonly DescMethod[];
  /** To be asked about each call before its body is read. */
  readonly admit: Admit;
  /** Runs interceptors and implementation. What it rejects with is always a ConnectError. */
  unary(method: DescMethodUnary, message: Message, call: Call): Promise<UnaryAnswer>;
  /** The same for a method that answers with a stream; reading the stream throws ConnectErrors only, too. */
  serverStream(method: DescMethodServerStreaming, message: Message, call: Call): Promise<StreamAnswer>;
}

/** What an invoker is made of. */
export interface InvokerOptions {
  /** The function that `connectNodeAdapter` takes. */
  readonly routes: (router: ConnectRouter) => void;
  /** Outermost first, as in Connect. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Lets everybody in unless given. */
  readonly admit?: Admit | undefined;
  /**
   * Looks at the message of each unary call right before its implementation. An interceptor could do so too,
   * but is given objects for request and response that cost more than a quick check.
   */
  readonly check?: MessageCheck | undefined;
}

/** Registers the routes and composes their interceptors, once for each method. */
export function createInvoker({
  routes,
  interceptors = [],
  admit = admitAll,
  check,
}: InvokerOptions): Invoker {
  const recorded = recordRoutes(routes);
  const unary = new Map<DescMethod, UnaryChain>();
  const streams = new Map<DescMethod, StreamChain>();
  for (const [method, { spec, interceptors: own }] of recorded) {
    if (spec.kind === "unary") unary.set(method, composeUnary(spec, own ?? interceptors, check));
    else if (spec.kind === "server_streaming") streams.set(method, composeStream(spec, own ?? interceptors));
  }
  return {
    methods: [...recorded.keys()],
    admit,
    unary: (method, message, call) => registered(unary, method)(message, call),
    serverStream: (method, message, call) => registered(streams, method)(message, call),
  };
}

function admitAll(): void {}

function registered<T>(chains: ReadonlyMap<DescMethod, T>, method: DescMethod): T {
  const chain = chains.get(method);
  if (chain === undefined) throw new Error(`${method.toString()} is not registered`);
  return chain;
}
