import { escaped, formOf } from "../support/form.js";
import type { Operation } from "../support/openapi.js";
import type { Loose } from "../support/reflection.js";

/** A call of the API that is still being made: a mutation changes some of it. */
export interface Call {
  method: string;
  /** The document's path, with variables. */
  readonly path: string;
  readonly operation: Loose;
  readonly variables: Record<string, string>;
  /** In order; a name may come twice. */
  readonly query: [name: string, text: string][];
  readonly headers: Record<string, string>;
  /** The JSON that the body says; undefined for none. */
  json: Loose;
  isForm: boolean;
  /** Takes the place of what `json` says. */
  raw?: Buffer;
}

/** A call as it is sent. */
export interface SentCall {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

/** The example of an operation, with a key. */
export function exampleCall({ method, path, operation }: Operation, key: string): Call {
  const parameters: Loose[] = (operation.parameters ?? []).filter(
    ({ in: place }: Loose) => place !== undefined,
  );
  const inPath = parameters.filter(({ in: place }) => place === "path");
  const inQuery = parameters.filter(
    ({ in: place, example }) => place === "query" && typeof example === "string",
  );
  return {
    method: method.toUpperCase(),
    path,
    operation,
    variables: Object.fromEntries(inPath.map(({ name, example }) => [name, example])),
    query: inQuery.map(({ name, example }): [string, string] => [name, example]),
    headers: { authorization: `Bearer ${key}` },
    json: structuredClone(operation.requestBody?.content[JSON_TYPE].example),
    isForm: false,
  };
}

/** What goes over the wire. */
export function sentCall({ method, path, variables, query, headers, json, isForm, raw }: Call): SentCall {
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => escaped(variables[name] ?? ""));
  const text = query.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join("&");
  const body = raw ?? bodyOf(json, isForm);
  const type = body === undefined ? {} : { "content-type": isForm ? FORM_TYPE : JSON_TYPE };
  return { method, target: text === "" ? at : `${at}?${text}`, headers: { ...type, ...headers }, body };
}

function bodyOf(json: Loose, isForm: boolean): Buffer | undefined {
  if (json === undefined) return undefined;
  return Buffer.from(isForm ? formOf(json) : JSON.stringify(json));
}
