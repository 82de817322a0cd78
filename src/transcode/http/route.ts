import { type DescMethodServerStreaming, type DescMethodUnary, type Message } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import type { JsonDialect } from "../json/dialect.js";
import { emptyMessage } from "../descriptors/empty-message.js";
import { callerError } from "../errors/field-error.js";
import { isHttpBody } from "./http-body.js";
import { nameOf, type RouteRule } from "../routing/http-rules.js";
import type { HttpRequest } from "./http.js";
import type { Limits } from "../call/limits.js";
import { compilePath } from "../routing/path-values.js";
import { malformedPath, percentDecoded } from "../routing/percent.js";
import { compileQuery } from "../routing/query.js";
import { compileBody } from "./request-body.js";
import { mayHaveBody } from "./request-bytes.js";
import { compileAnswer, type WriteAnswer } from "./response-body.js";
import type { Target } from "../routing/request-target.js";

/** A compiled rule: reads its requests and writes its responses. */
export interface Route {
  readonly rule: RouteRule;
  readonly method: DescMethodUnary | DescMethodServerStreaming;
  /** The method only reads: its work may be abandoned once the caller has gone. */
  readonly harmless: boolean;
  /** Builds the request message from body, path and query. Throws ConnectErrors for the caller. */
  readonly read: (
    request: HttpRequest,
    target: Target,
    segments: readonly string[],
  ) => Message | Promise<Message>;
  readonly write: WriteAnswer;
}

/** Compiles a rule. Throws an Error that names the method of a rule that cannot be served. */
export function compileRoute(rule: RouteRule, dialect: JsonDialect, limits: Limits): Route {
  try {
    const method = rule.method as Route["method"];
    return {
      rule,
      method,
      harmless: method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS,
      read: compileRead(rule, dialect, limits),
      write: compileAnswer(rule, dialect),
    };
  } catch (error) {
    throw new Error(`HTTP rule of ${nameOf(rule.method)}: ${(error as Error).message}`, { cause: error });
  }
}

function compileRead(rule: RouteRule, dialect: JsonDialect, limits: Limits): Route["read"] {
  const readBody = compileBody(rule, dialect, limits.requestBytesMax);
  const bindPath = compilePath(rule.variables, dialect);
  const bindQuery = compileQuery(rule, dialect);
  const empty = emptyMessage(rule.method.input);
  const raw = rule.body === "*" && isHttpBody(rule.method.input); // Has a content type even if empty.
  const bind = (message: Message, { path, query }: Target, segments: readonly string[]): Message => {
    // Checked even outside variables: `*` matches no broken segment either.
    if (percentDecoded(path) === undefined) throw malformedPath();
    try {
      bindPath(message, segments);
      bindQuery(message, query);
    } catch (error) {
      throw callerError(error);
    }
    return message;
  };
  return (request, target, segments) => {
    if (!mayHaveBody(request) && !raw) return bind(empty(), target, segments);
    return readBody(request, (message) => bind(message, target, segments));
  };
}
