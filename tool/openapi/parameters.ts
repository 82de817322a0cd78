import type { DescField, JsonObject } from "@bufbuild/protobuf";

import type { RouteRule } from "../../src/transcode/routing/http-rules.js";
import { plainStyle } from "../../src/transcode/json/plain-dialect.js";
import { isRequired } from "./constraints.js";
import { QUERY_EXAMPLES } from "./examples.js";
import type { Schemas } from "./schemas.js";
import { descriptionOf } from "./texts.js";

/** The rule's path in OpenAPI's syntax, without wildcards: literals, and variables of one whole segment. */
export function openApiPath({ path, template }: RouteRule): string {
  const segments = template.segments.map((segment, at) => {
    if (typeof segment === "object") return encodeURIComponent(segment.literal);
    const variable = template.variables.find(({ start, multi }) => start === at && !multi);
    if (variable === undefined) throw new Error(`OpenAPI has no words for the path ${path}`);
    return `{${variable.fieldPath.join(".")}}`;
  });
  return `/${segments.join("/")}${template.verb === "" ? "" : `:${template.verb}`}`;
}

/** The path's parameters, then the query's: the fields that neither path nor body has. */
export function parametersOf(rule: RouteRule, schemas: Schemas, names: ExampleNames): JsonObject[] {
  const inPath = rule.variables.map(({ field }) => ({
    name: field.name,
    in: "path",
    required: true,
    ...exampleOf(rule, field.name, names),
    ...described(field.leaf, schemas),
  }));
  return [...inPath, ...queryFields(rule).map((field) => queryParameter(field, schemas, names))];
}

/** What stands in the path of an example, and in its query. */
interface ExampleNames {
  readonly id?: string;
  readonly customer?: string;
}

function exampleOf(
  { method, variables }: RouteRule,
  name: string,
  { id, customer }: ExampleNames,
): JsonObject {
  const example = variables.length === 1 || name === "id" ? id : name === "customer" ? customer : undefined;
  if (example !== undefined) return { example };
  throw new Error(`${method.name} needs an example of ${name} in tool/openapi/examples.ts`);
}

/** The request's fields that the path does not have. */
export function fieldsBesidePath({ method, variables }: RouteRule): DescField[] {
  const inPath = new Set(variables.map(({ field }) => field.fields[0]));
  return method.input.fields.filter((field) => !inPath.has(field));
}

function queryFields(rule: RouteRule): DescField[] {
  return rule.body === "*" ? [] : fieldsBesidePath(rule).filter((field) => field !== rule.body);
}

function queryParameter(field: DescField, schemas: Schemas, { customer }: ExampleNames): JsonObject {
  return {
    name: plainStyle.fieldName(field),
    in: "query",
    required: isRequired(field),
    ...(isRequired(field) && field.name === "customer" && customer !== undefined
      ? { example: customer }
      : {}),
    ...(field.fieldKind === "message" ? asBrackets(field) : {}),
    ...described(field, schemas),
  };
}

/** `created[gte]=1`: OpenAPI's only notation for an object in the query, one level deep. */
function asBrackets(field: DescField): JsonObject {
  const flat = field.message?.fields.every(({ fieldKind }) => fieldKind === "scalar" || fieldKind === "enum");
  const example = QUERY_EXAMPLES[field.message?.name ?? ""];
  if (flat !== true) throw new Error(`OpenAPI has no words for ${field.toString()} in a query`);
  if (example === undefined)
    throw new Error(`${field.message?.name} has no example in tool/openapi/examples.ts`);
  return { style: "deepObject", explode: true, example };
}

function described(field: DescField, schemas: Schemas): JsonObject {
  return { description: descriptionOf(field), schema: schemas.value(field, "request") };
}
