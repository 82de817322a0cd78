import type { DescMethod, DescMethodServerStreaming, DescMethodUnary, Message } from "@bufbuild/protobuf";
import type { ConnectRouter, Interceptor } from "@connectrpc/connect";
import type { Admit, Call, StreamAnswer, UnaryAnswer } from "./call.js";
import { composeUnary, type MessageCheck, type UnaryChain } from "./chain.js";
import { recordRoutes } from "./recorded-routes.js";
import { composeStream, type StreamChain } from "./stream-chain.js";

export type { Admit, Call, StreamAnswer, UnaryAnswer };

/** The table of methods, and the function that invokes them for every protocol. */
export interface Invoker {
  /** Every registered method, in order. */
  readonly methods: readonly DescMethod[];
  /** Callers must await this for each call before they read its body. */
  readonly admit: Admit;
  /** Runs interceptors and implementation. Rejects with ConnectErrors only. */
  unary(method: DescMethodUnary, message: Message, call: Call): Promise<UnaryAnswer>;
  /** Runs a server-streaming method. Both the promise and reading the stream reject with ConnectErrors only. */
  serverStream(method: DescMethodServerStreaming, message: Message, call: Call): Promise<StreamAnswer>;
}

/** Options of an invoker. */
export interface InvokerOptions {
  /** The function that `connectNodeAdapter` takes. */
  readonly routes: (router: ConnectRouter) => void;
  /** Outermost first, as in Connect. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Default: admits every call. */
  readonly admit?: Admit | undefined;
  /**
   * Checks a call's message right before its implementation. An interceptor could do so too,
   * but its request and response objects cost more than a quick check.
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
    else if (spec.kind === "server_streaming")
      streams.set(method, composeStream(spec, own ?? interceptors, check));
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
