import { createContextValues, type ContextValues } from "@connectrpc/connect";
import { canonicalDialect } from "../json/canonical-dialect.js";
import type { JsonDialect } from "../json/dialect.js";
import type { ErrorRenderer } from "../errors/connect-error.js";
import { Exchange, type ExchangeParts } from "./exchange.js";
import type { AnswerRecord, HeaderFilter, HttpRequest, HttpResponse } from "./http-call.js";
import { nameOf, routeRules, type RouteRule } from "../routing/http-rules.js";
import { createInvoker, type Invoker, type InvokerOptions } from "../call/invoke.js";
import { limitsOf, type Limits } from "../call/limits.js";
import { compileRoute, type Route, RouteTable } from "./route-table.js";
import { renderStatus } from "../json/status-json.js";

/** Options of a transcoder. */
export type TranscoderOptions = (InvokerOptions | { readonly invoker: Invoker }) & {
  /** The JSON form of messages. Default: ProtoJSON. */
  readonly dialect?: JsonDialect | undefined;
  /** Writes every error. Default: `google.rpc.Status` as JSON. */
  readonly renderError?: ErrorRenderer | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /**
   * Selects the request headers that handlers see, besides those that are never forwarded. It should return
   * false for every header that the service itself trusts, since a client could send it. Default: all.
   */
  readonly forwardHeader?: HeaderFilter | undefined;
  /** Creates a call's context values from its request, such as the peer's address or the request id. */
  readonly contextValues?: ((request: HttpRequest) => ContextValues) | undefined;
  /**
   * Creates the headers of every response to a request: a new record each time, to which the response's own
   * are added.
   */
  readonly answerHeaders?: ((request: HttpRequest) => AnswerRecord) | undefined;
};

/** A request handler for `node:http` and `node:http2` that answers every request; unknown paths with a 404. */
export interface Transcoder {
  (request: HttpRequest, response: HttpResponse): void;
  /** The rules served, in order of declaration. */
  readonly rules: readonly RouteRule[];
  /** Whether a rule matches a raw path with any HTTP method. */
  readonly matchesPath: (path: string) => boolean;
}

/**
 * Serves the unary and server-streaming methods that have `google.api.http` rules.
 *
 * Throws an Error that names the method of any invalid rule: a service with an invalid rule must not start.
 */
export function createTranscoder(options: TranscoderOptions): Transcoder {
  const invoker = "invoker" in options ? options.invoker : createInvoker(options);
  const limits = limitsOf(options.limits);
  const rules = routeRules(invoker.methods);
  const table = routeTable(rules, options.dialect ?? canonicalDialect, limits);
  const parts: ExchangeParts = {
    table,
    invoker,
    limits,
    renderError: options.renderError ?? renderStatus,
    forwardHeader: options.forwardHeader,
    contextValues: options.contextValues ?? createContextValues,
    answerHeaders: options.answerHeaders ?? (() => ({})),
  };
  const handle = (request: HttpRequest, response: HttpResponse): void => {
    new Exchange(parts, request, response).run();
  };
  return Object.assign(handle, { rules, matchesPath: (path: string) => table.find("", path) !== undefined });
}

function routeTable(rules: readonly RouteRule[], dialect: JsonDialect, limits: Limits): RouteTable<Route> {
  const table = new RouteTable<Route>();
  for (const rule of rules) {
    const taken = table.add(rule.template, rule.httpMethod, compileRoute(rule, dialect, limits));
    if (taken === undefined) continue;
    const { httpMethod, path, method } = rule;
    const other = `${nameOf(taken.method)} (${taken.rule.path})`;
    throw new Error(
      `HTTP rule of ${nameOf(method)}: ${httpMethod} ${path} matches the same paths as ${other}`,
    );
  }
  return table;
}
