import type { DescMethodServerStreaming, DescMethodUnary, Message } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";

import { malformedPath, type Target, compilePath, compileQuery } from "../routing/request-target.js";
import { percentDecoded } from "../routing/percent-decoding.js";
import type { Segment, Template } from "../routing/template.js";
import type { JsonDialect } from "../json/dialect.js";
import { emptyMessage } from "../descriptors/empty-message.js";
import { callerError } from "../errors/field-error.js";
import { isHttpBody } from "./http-body.js";
import { nameOf, type RouteRule } from "../routing/http-rules.js";
import type { HttpRequest } from "./http-call.js";
import type { Limits } from "../call/limits.js";
import { compileBody } from "./request-body.js";
import { mayHaveBody } from "../../lib/http.js";
import { compileAnswer, type WriteAnswer } from "./response.js";

/**
 * Finds the route of a path in a trie of segments, with backtracking. At each segment, literals precede `*`,
 * and `*` precedes `**`, whatever the order of declaration. A more specific path without the method hides no
 * other.
 */
export class RouteTable<T> {
  readonly #root = new Node<T>();
  readonly #verbs = new Set<string>();
  /** Routes of literals only, by whole path: most are found without splitting the path. */
  readonly #literal = new Map<string, { readonly leaf: Leaf<T>; readonly segments: readonly string[] }>();

  /** Adds a route. If one of this shape and method exists, returns that and changes nothing. */
  add(template: Template, httpMethod: string, route: T): T | undefined {
    const verbs = this.#leafOf(template.segments);
    this.#addLiteral(template.segments, verbs);
    const methods = verbs.get(template.verb) ?? new Map<string, T>();
    const taken = methods.get(httpMethod);
    if (taken !== undefined) return taken;
    verbs.set(template.verb, methods.set(httpMethod, route));
    if (template.verb !== "") this.#verbs.add(template.verb);
    return undefined;
  }

  #addLiteral(segments: readonly Segment[], leaf: Leaf<T>): void {
    const literals = segments.filter((segment) => typeof segment === "object").map(({ literal }) => literal);
    const path = `/${literals.join("/")}`;
    // A literal may contain a slash, which is escaped in a path.
    const isPlain = !UNUSUAL.test(path) && path.split("/").length === segments.length + 1;
    if (literals.length < segments.length || !isPlain) return;
    this.#literal.set(path, { leaf, segments: literals });
  }

  #leafOf(segments: readonly Segment[]): Leaf<T> {
    let node = this.#root;
    for (const segment of segments) {
      if (segment === "**") return node.rest;
      node = segment === "*" ? node.anyChild() : node.literalChild(segment.literal);
    }
    return node.leaf;
  }

  /**
   * The route of a raw path and method. Where routes match the path only, returns their methods as `allow`;
   * undefined where none matches the path.
   */
  find(httpMethod: string, path: string): Match<T> | { readonly allow: readonly string[] } | undefined {
    const literal = this.#literal.get(path);
    const found = literal?.leaf.get("")?.get(httpMethod);
    if (literal !== undefined && found !== undefined) return { route: found, segments: literal.segments };
    if (!path.startsWith("/")) return undefined; // Only HTTP/2 allows such a path.
    const segments = path.slice(1).split("/");
    const straight = UNUSUAL.test(path) ? undefined : straightOn(this.#root, segments)?.get(httpMethod);
    if (straight !== undefined) return { route: straight, segments };
    const last = segments.at(-1) ?? "";
    const colon = last.lastIndexOf(":");
    const verb = colon === -1 ? "" : (percentDecoded(last.slice(colon + 1)) ?? "");
    if (verb !== "" && this.#verbs.has(verb)) {
      // Only a raw colon starts a verb. A template with that verb takes precedence.
      const cut = [...segments.slice(0, -1), last.slice(0, colon)];
      const claimed = this.#lookUp(cut, verb, httpMethod);
      if (claimed !== undefined) return claimed;
    }
    return this.#lookUp(segments, "", httpMethod);
  }

  #lookUp(segments: string[], verb: string, httpMethod: string): Match<T> | { allow: string[] } | undefined {
    let allow: Set<string> | undefined;
    const route = visit(this.#root, segments, 0, (leaf) => {
      const methods = leaf.get(verb);
      if (methods === undefined) return undefined;
      const taken = methodOf(methods, httpMethod);
      if (taken === undefined) for (const method of methods.keys()) (allow ??= new Set()).add(method);
      return taken;
    });
    if (route !== undefined) return { route, segments };
    return allow === undefined ? undefined : { allow: allowed(allow) };
  }
}

/** A route, and the raw segments of the path without the verb. */
interface Match<T> {
  readonly route: T;
  readonly segments: readonly string[];
}

/** The routes of one template, by verb (empty for none) and HTTP method (`*` for any). */
type Leaf<T> = Map<string, Map<string, T>>;

class Node<T> {
  readonly literals = new Map<string, Node<T>>();
  any: Node<T> | undefined;
  /** Routes that end here. */
  readonly leaf: Leaf<T> = new Map();
  /** Routes that continue with `**`, which matches any segments, or none. */
  readonly rest: Leaf<T> = new Map();

  anyChild(): Node<T> {
    this.any ??= new Node();
    return this.any;
  }

  literalChild(literal: string): Node<T> {
    const child = this.literals.get(literal) ?? new Node<T>();
    this.literals.set(literal, child);
    return child;
  }
}

/** Paths with an escape or a possible verb. */
const UNUSUAL = /[%:\u0080-\uffff]/;

/** The leaf that `visit` finds first, where no backtracking is needed. */
function straightOn<T>(root: Node<T>, segments: readonly string[]): ReadonlyMap<string, T> | undefined {
  let node: Node<T> | undefined = root;
  for (const segment of segments) {
    node = node.literals.get(segment) ?? (segment === "" ? undefined : node.any);
    if (node === undefined) return undefined;
  }
  return node.leaf.get("");
}

/** Calls `see` with each matching leaf, most specific first, until it returns a result. */
function visit<T>(
  node: Node<T>,
  segments: readonly string[],
  index: number,
  see: (leaf: Leaf<T>) => T | undefined,
): T | undefined {
  const segment = segments[index];
  if (segment === undefined) return see(node.leaf) ?? see(node.rest);
  const literal = node.literals.size === 0 ? undefined : node.literals.get(percentDecoded(segment) ?? "");
  const fixed = literal === undefined ? undefined : visit(literal, segments, index + 1, see);
  if (fixed !== undefined) return fixed;
  // A variable matches no empty segment: `/v1/owners//items` names no owner.
  const any =
    node.any === undefined || segment === "" ? undefined : visit(node.any, segments, index + 1, see);
  return any ?? see(node.rest);
}

/** HEAD uses GET's route, without the body; `*` matches every method without a route. */
function methodOf<T>(methods: ReadonlyMap<string, T>, httpMethod: string): T | undefined {
  const own = methods.get(httpMethod) ?? (httpMethod === "HEAD" ? methods.get("GET") : undefined);
  return own ?? methods.get("*");
}

function allowed(methods: Set<string>): string[] {
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods.add("OPTIONS")].toSorted();
}

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
    if (UNUSUAL.test(path) && percentDecoded(path) === undefined) throw malformedPath();
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
