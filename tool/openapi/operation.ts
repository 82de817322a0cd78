import type { DescService, JsonObject } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";

import type { RouteRule } from "../../src/transcode/routing/http-rules.js";
import { isRequired } from "./constraints.js";
import { EXAMPLES } from "./examples.js";
import { REPLAYED, REQUEST_ID } from "./headers.js";
import { fieldsBesidePath, parametersOf } from "./parameters.js";
import type { Schemas } from "./schemas.js";
import { descriptionOf, firstSentence } from "./texts.js";

/** One HTTP rule as an operation. */
export function operationOf(rule: RouteRule, schemas: Schemas): JsonObject {
  const { method } = rule;
  const example = EXAMPLES[method.name];
  if (example === undefined) throw new Error(`${method.name} has no example in tool/openapi/examples.ts`);
  const { sentence, rest } = firstSentence(descriptionOf(method));
  const parameters = [
    ...parametersOf(rule, schemas, example),
    ...(changes(rule) ? [IDEMPOTENCY_KEY_REF] : []),
  ];
  const schema = bodySchema(rule, schemas);
  const required = rule.body === "*" ? fieldsBesidePath(rule).some(isRequired) : true;
  return {
    operationId: method.localName,
    tags: [tagOf(method.parent)],
    summary: sentence,
    ...(rest === "" ? {} : { description: rest }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(schema === undefined
      ? {}
      : { requestBody: { required, content: bodies(rule, schema, example.request) } }),
    responses: {
      200: { ...success(rule, schemas, example.answer) },
      ...failures(rule),
    },
  };
}

/** `Test Helpers` for TestHelpersService. */
export function tagOf({ name }: DescService): string {
  return name.replace(/Service$/, "").replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
}

const IDEMPOTENCY_KEY_REF = { $ref: "#/components/parameters/IdempotencyKey" };

/** Calls that only read take no idempotency key. */
function changes({ method }: RouteRule): boolean {
  return method.idempotency !== MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
}

/** Undefined where there is no body, or the path has every field. */
function bodySchema(rule: RouteRule, schemas: Schemas): JsonObject | undefined {
  if (rule.body === undefined) return undefined;
  if (rule.body !== "*") return schemas.value(rule.body, "request");
  if (rule.variables.length === 0) return schemas.message(rule.method.input, "request");
  const fields = fieldsBesidePath(rule);
  return fields.length === 0 ? undefined : schemas.object(fields, "request");
}

/** A body that is the whole request may be a form, too: the same fields, with brackets around the names of parts. */
function bodies(rule: RouteRule, schema: JsonObject, example: JsonObject | undefined): JsonObject {
  const asJson = typed(JSON_TYPE, schema, example);
  if (rule.body !== "*") return asJson;
  const nested = fieldsBesidePath(rule).filter(
    ({ fieldKind }) => fieldKind !== "scalar" && fieldKind !== "enum",
  );
  const encoding = Object.fromEntries(
    nested.map(({ name }) => [name, { style: "deepObject", explode: true }]),
  );
  const form = {
    schema,
    ...(nested.length === 0 ? {} : { encoding }),
    ...(example === undefined ? {} : { example }),
  };
  return { ...asJson, [FORM_TYPE]: form };
}

function success(rule: RouteRule, schemas: Schemas, example: JsonObject): JsonObject {
  const { method, responseBody } = rule;
  const schema =
    responseBody === undefined
      ? schemas.message(method.output, "answer")
      : schemas.value(responseBody, "answer");
  return {
    description: descriptionOf(responseBody ?? method.output),
    headers: changes(rule) ? { ...REQUEST_ID, ...REPLAYED } : REQUEST_ID,
    content: typed(method.methodKind === "server_streaming" ? LINES : JSON_TYPE, schema, example),
  };
}

/** The failures that this operation lists; `default` stands for all others. */
function failures(rule: RouteRule): JsonObject {
  return {
    400: ref("Refused"),
    401: ref("Unauthorized"),
    ...(CHARGES.has(rule.method.name) ? { 402: ref("Declined") } : {}),
    ...(rule.variables.length === 0 ? {} : { 404: ref("NotFound") }),
    ...(changes(rule) ? { 409: ref("Conflict") } : {}),
    default: ref("Failure"),
  };
}

/** The calls that charge a card, which its issuer may decline. */
const CHARGES: ReadonlySet<string> = new Set(["CreatePaymentIntent", "ConfirmPaymentIntent"]);

function ref(response: string): JsonObject {
  return { $ref: `#/components/responses/${response}` };
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

/** One message a line; the schema is that of a line. */
const LINES = "application/x-ndjson";

function typed(type: string, schema: JsonObject, example: JsonObject | undefined): JsonObject {
  return { [type]: { schema, ...(example === undefined ? {} : { example }) } };
}
