import { createContextValues, type ContextValues } from "@connectrpc/connect";
import { canonicalDialect } from "../json/canonical-dialect.js";
import type { JsonDialect } from "../json/dialect.js";
import type { ErrorRenderer } from "../errors/error.js";
import { Exchange, type ExchangeParts } from "./exchange.js";
import type { AnswerRecord, HeaderFilter } from "./headers.js";
import { nameOf, routeRules, type RouteRule } from "../routing/http-rules.js";
import type { HttpRequest, HttpResponse } from "./http.js";
import { createInvoker, type Invoker, type InvokerOptions } from "../call/invoke.js";
import { limitsOf, type Limits } from "../call/limits.js";
import { compileRoute, type Route } from "./route.js";
import { RouteTable } from "./route-table.js";
import { renderStatus } from "../json/status-json.js";

/** What a transcoder is made of. */
export type TranscoderOptions = (InvokerOptions | { readonly invoker: Invoker }) & {
  /** How messages look as JSON; ProtoJSON unless given. */
  readonly dialect?: JsonDialect | undefined;
  /** Writes every error; `google.rpc.Status` as JSON unless given. */
  readonly renderError?: ErrorRenderer | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /**
   * Which request headers handlers may see, besides those that never get through. Give one that answers false for
   * every header that the service itself trusts: a client could send it.
   */
  readonly forwardHeader?: HeaderFilter | undefined;
  /** What a call knows of its request beyond the headers: the peer's address, the request id. */
  readonly contextValues?: ((request: HttpRequest) => ContextValues) | undefined;
  /** What every answer to a request says besides its own headers: a new record each time, to which those are added. */
  readonly answerHeaders?: ((request: HttpRequest) => AnswerRecord) | undefined;
};

/** A request handler for `node:http` and `node:http2` that answers everything: what it does not know with a 404. */
export interface Transcoder {
  (request: HttpRequest, response: HttpResponse): void;
  /** What it serves, in order of declaration. */
  readonly rules: readonly RouteRule[];
  /** Whether some rule fits a raw path, whatever its HTTP method. */
  readonly matchesPath: (path: string) => boolean;
}

/**
 * Serves the unary and server-streaming methods that have `google.api.http` rules.
 *
 * Throws an Error that names the method for everything that is wrong with a rule: a service with a broken rule must
 * not start.
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
