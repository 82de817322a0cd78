import { type DescField, type DescMessage, type Message, equals, isFieldSet } from "@bufbuild/protobuf";

import { requestError } from "../errors/request-error.js";
import { checkCount } from "../descriptors/count-limit.js";
import type { JsonDialect } from "../json/dialect.js";
import { FieldProblem, inside, quoted } from "../errors/field-problem.js";
import { holderOf, resolvePath, type FieldPath } from "./field-path.js";
import type { RouteRule, BoundVariable } from "./http-rules.js";
import { getField, setField } from "../descriptors/message-fields.js";
import { formDecoded, percentDecoded } from "./percent-decoding.js";
import type { TextReader } from "../text/scalar-text.js";

/** The raw path and query of a request target, neither decoded nor normalised. */
export interface Target {
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/**
 * Splits a request target. Not with `new URL`, which resolves `%2e%2e`, turns `\` into `/` and reads `//v1/x`
 * as the host `v1`.
 */
export function parseTarget(url: string): Target {
  const hash = url.indexOf("#");
  const target = pathAndQuery(hash === -1 ? url : url.slice(0, hash));
  const question = target.indexOf("?");
  if (question === -1) return { path: target, query: "" };
  return { path: target.slice(0, question), query: target.slice(question + 1) };
}

/** Clients of a proxy send the whole URL (RFC 9112, absolute-form). */
function pathAndQuery(url: string): string {
  if (url.startsWith("/")) return url;
  const absolute = /^https?:\/\/[^/?]*/i.exec(url);
  return absolute === null ? url : url.slice(absolute[0].length);
}

/** Decodes a path variable of one segment, `%2F` included. */
export function decodedSegment(raw: string): string {
  const text = percentDecoded(raw);
  if (text === undefined) throw malformedPath();
  return text;
}

/** Decodes a path variable of several segments, except `%2F`, so that the segments can be told apart. */
export function decodedSegments(raw: string): string {
  if (!ESCAPED_SLASH.test(raw)) return decodedSegment(raw);
  return raw
    .split(ESCAPED_SLASH)
    .map((part, index) => (index % 2 === 1 ? part : decodedSegment(part)))
    .join("");
}

const ESCAPED_SLASH = /(%2[Ff])/;

/** The error of a path with a broken escape. */
export function malformedPath(): Error {
  return requestError(
    "path_malformed",
    "The path holds a broken percent-escape, or bytes that are not UTF-8.",
  );
}

/** Decodes a name or value of the query, where `+` is a space. */
export function decodedParameter(raw: string): string {
  const text = formDecoded(raw);
  if (text === undefined) {
    throw requestError(
      "query_malformed",
      "The query holds a broken percent-escape, or bytes that are not UTF-8.",
    );
  }
  return text;
}

/** Sets the fields that the query names. `query` is the raw text after `?`. */
type BindQuery = (message: Message, query: string) => void;

/** Compiles the query binding of a rule: the query may set every field that neither path nor body sets. */
export function compileQuery(rule: RouteRule, dialect: JsonDialect): BindQuery {
  const binder = new QueryBinder(rule, dialect);
  return (message, query) => {
    if (query === "") return;
    const seen = new Set<string>();
    for (const parameter of query.split("&")) {
      if (parameter !== "") binder.bind(message, parameter, seen);
    }
  };
}

class QueryBinder {
  readonly #rule: RouteRule;
  readonly #dialect: JsonDialect;
  /** The fields that the path sets, by full name. */
  readonly #inPath: ReadonlySet<string>;
  readonly #readers = new Map<DescField, TextReader | undefined>();

  constructor(rule: RouteRule, dialect: JsonDialect) {
    this.#rule = rule;
    this.#dialect = dialect;
    this.#inPath = new Set(rule.variables.map(({ field }) => field.name));
  }

  /** Binds one `name=value`. */
  bind(message: Message, parameter: string, seen: Set<string>): void {
    const equals = parameter.indexOf("=");
    const name = decodedParameter(equals === -1 ? parameter : parameter.slice(0, equals));
    const text = equals === -1 ? "" : decodedParameter(parameter.slice(equals + 1));
    const field = this.#field(name);
    const read = this.#readerOf(field, name);
    try {
      if (field.leaf.fieldKind !== "list") once(field, seen);
      place(holderOf(message, field), field.leaf, read(text), this.#dialect.countMax(field.leaf));
    } catch (error) {
      throw inside(field.name, error);
    }
  }

  #field(name: string): FieldPath {
    if (this.#rule.body === "*") throw unknown(name, "This call takes its parameters in the request body.");
    const desc: DescMessage = this.#rule.method.input;
    const field = resolvePath(desc, this.#dialect.parameterPath(name).split("."));
    if (typeof field === "string") throw unknown(name);
    if (this.#inPath.has(field.name)) throw elsewhere(field, "path");
    if (field.fields[0] === this.#rule.body) throw elsewhere(field, "request body");
    return field;
  }

  #readerOf({ leaf, name }: FieldPath, given: string): TextReader {
    const known = this.#readers.get(leaf);
    const read = known ?? this.#dialect.text(leaf);
    if (read === undefined)
      throw requestError(
        "parameter_invalid",
        `The parameter ${quoted(given)} cannot be given in the query.`,
        name,
      );
    if (known === undefined) this.#readers.set(leaf, read);
    return read;
  }
}

function unknown(name: string, hint = ""): Error {
  const text = `Unknown parameter: ${quoted(name)}.${hint === "" ? "" : ` ${hint}`}`;
  return requestError("parameter_unknown", text, quoted(name).slice(1, -1));
}

/** A proxy that checks requests sees the path, so the query must not override it. */
function elsewhere({ name }: FieldPath, where: string): Error {
  const text = `The parameter ${quoted(name)} is given in the ${where}, and cannot be given in the query.`;
  return requestError("parameter_conflict", text, name);
}

function once({ name }: FieldPath, seen: Set<string>): void {
  if (seen.has(name)) throw new FieldProblem("is given more than once", "parameter_repeated");
  seen.add(name);
}

function place(holder: Message, leaf: DescField, value: unknown, max: number): void {
  if (leaf.fieldKind === "list") add(getField(holder, leaf) as unknown[], value, max);
  else setField(holder, leaf, value);
}

function add(list: unknown[], value: unknown, max: number): void {
  checkCount(list.length + 1, max);
  list.push(value);
}

/** Sets the fields of the path's variables. */
type BindPath = (message: Message, segments: readonly string[]) => void;

/** Compiles the binding of a rule's variables. Throws an Error for a field without a text form. */
export function compilePath(variables: readonly BoundVariable[], dialect: JsonDialect): BindPath {
  const setters = variables.map((variable) => compileVariable(variable, dialect));
  return (message, segments) => {
    for (const set of setters) set(message, segments);
  };
}

function compileVariable(variable: BoundVariable, dialect: JsonDialect): BindPath {
  const { field, start, end, multi } = variable;
  const read = dialect.text(field.leaf);
  if (read === undefined)
    throw new Error(`the path variable ${field.name} is for a field that is no single value`);
  const decode = multi ? decodedSegments : decodedSegment;
  return (message, segments) => {
    const raw = end === start + 1 ? (segments[start] ?? "") : segments.slice(start, end).join("/");
    const text = decode(raw);
    try {
      setFromPath(holderOf(message, field), field.leaf, read, text);
    } catch (error) {
      throw inside(field.name, error);
    }
  };
}

/** The body may repeat a value of the path, but not contradict it: a proxy may have authorised the path. */
function setFromPath(holder: Message, leaf: DescField, read: TextReader, text: string): void {
  const value = read(text);
  const given = isFieldSet(holder, leaf) ? getField(holder, leaf) : undefined;
  setField(holder, leaf, value);
  if (given !== undefined && !same(holder, leaf, given)) {
    throw new FieldProblem("differs between the path and the request body", "parameter_conflict");
  }
}

/** Compares as messages, since bytes and timestamps are not equal by identity. */
function same(holder: Message, leaf: DescField, given: unknown): boolean {
  const other = { ...holder };
  setField(other, leaf, given);
  return equals(leaf.parent, holder, other);
}
