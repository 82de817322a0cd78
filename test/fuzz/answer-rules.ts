import { complaints, jsonOf, openApi } from "../support/openapi.js";
import type { Loose } from "../support/reflection.js";
import type { SentCall } from "./call.js";
import type { Answer } from "./send.js";

/** What is wrong with an answer by the OpenAPI document; empty where it describes such an answer. */
export function answerProblems(call: SentCall, { status, headers, text }: Answer): string[] {
  if (status >= 500) return [`${status}: ${text.slice(0, 300)}`];
  const isBare = call.method === "HEAD" || (call.method === "OPTIONS" && status < 300);
  if (isBare) return text === "" ? [] : ["has a body"];
  const operation = operationAt(call);
  if (operation === undefined && status < 300) return [`${status}, and the document has no such operation`];
  const problems = headers["request-id"] === undefined ? ["has no Request-Id"] : [];
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  if (type === LINES && operation?.responses[status]?.content?.[LINES] !== undefined) return problems;
  if (type !== "application/json") return [...problems, `is of the type ${type}`];
  const json: Loose = JSON.parse(text);
  const response = operation?.responses[status] ?? openApi.components.responses.Failure;
  const { schema } = jsonOf(openApi, response);
  return [
    ...problems,
    ...complaints(openApi, schema, json),
    ...(status < 300 ? [] : errorProblems(status, json)),
  ];
}

const LINES = "application/x-ndjson";

/** Every code is listed in the document with its status. */
function errorProblems(status: number, { error }: Loose): string[] {
  if (!CODES.has(`${error.code} (${status})`)) return [`${error.code} (${status}) is not in the document`];
  return error.code === "internal_error" ? ["is an error of the service"] : [];
}

const CODES = new Set(
  [
    ...openApi.components.schemas.Error.properties.error.properties.code.description.matchAll(
      /`(\w+)` \((\d+)\)/g,
    ),
  ].map(([, code, status]: Loose) => `${code} (${status})`),
);

/** The operation that a call reaches. A path without variables takes precedence over one with them. */
function operationAt({ method, target }: SentCall): Loose {
  const at = target.split("?", 1)[0] ?? "";
  const found = TEMPLATES.find(({ pattern }) => pattern.test(at));
  return found === undefined ? undefined : openApi.paths[found.path][method.toLowerCase()];
}

const TEMPLATES = Object.keys(openApi.paths)
  .toSorted((a, b) => variablesIn(a) - variablesIn(b))
  .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`) }));

function variablesIn(path: string): number {
  return path.split("{").length;
}
