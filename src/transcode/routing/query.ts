import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { checkCount } from "../descriptors/count-limit.js";
import type { JsonDialect } from "../json/dialect.js";
import { FieldProblem, inside, quoted } from "../errors/field-problem.js";
import { holderOf, resolvePath, type FieldPath } from "./field-path.js";
import type { RouteRule } from "./http-rules.js";
import { getField, setField } from "../descriptors/message-fields.js";
import { decodedParameter } from "./percent.js";
import { requestError } from "../errors/request-error.js";
import type { TextReader } from "../text/scalar-text.js";

/** Sets the fields that the query names. `query` is the raw text after `?`. */
export type BindQuery = (message: Message, query: string) => void;

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
