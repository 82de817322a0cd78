import { getOption, hasOption, type DescField, type DescMethod } from "@bufbuild/protobuf";
import { http } from "../../../gen/google/api/annotations_pb.js";
import type { HttpRule } from "../../../gen/google/api/http_pb.js";
import { resolvePath, type FieldPath } from "./field-path.js";
import { parseTemplate, type Template, type Variable } from "./template.js";

/** A checked HTTP method and path of an RPC, from `google.api.http`. */
export interface RouteRule {
  readonly method: DescMethod;
  /** `GET`, or any token of a custom pattern; `*` matches every method. */
  readonly httpMethod: string;
  /** The path template as written. */
  readonly path: string;
  readonly template: Template;
  readonly variables: readonly BoundVariable[];
  /** `*`: the body is the whole request; a field: it is this field; undefined: there must be no body. */
  readonly body: "*" | DescField | undefined;
  /** The field that is the response's body; undefined: the whole response. */
  readonly responseBody: DescField | undefined;
}

/** A path variable with its field. */
export interface BoundVariable extends Variable {
  readonly field: FieldPath;
}

/**
 * The rules of the methods, in order. A method without a rule is not served over HTTP.
 *
 * Throws an Error that names the method for any rule that is invalid by itself.
 */
export function routeRules(methods: readonly DescMethod[]): RouteRule[] {
  return methods.filter((method) => hasOption(method, http)).flatMap(rulesOf);
}

function rulesOf(method: DescMethod): RouteRule[] {
  try {
    if (method.methodKind !== "unary" && method.methodKind !== "server_streaming") {
      throw new Error("a method with a stream of requests cannot have an HTTP rule");
    }
    const rule = getOption(method, http);
    const nested = rule.additionalBindings.some((binding) => binding.additionalBindings.length > 0);
    if (nested) throw new Error("additional_bindings cannot hold additional_bindings");
    return [rule, ...rule.additionalBindings].map((binding) => routeRule(method, binding));
  } catch (error) {
    throw new Error(`HTTP rule of ${nameOf(method)}: ${(error as Error).message}`, { cause: error });
  }
}

/** `package.Service/Method`, the name in logs and errors. */
export function nameOf(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}

function routeRule(method: DescMethod, rule: HttpRule): RouteRule {
  const { httpMethod, path } = patternOf(rule);
  const template = parseTemplate(path);
  const variables = template.variables.map((variable) => boundVariable(method, variable));
  checkChoices(variables);
  const body = bodyOf(method, rule);
  const same = variables.find(({ field }) => field.fields.length === 1 && field.leaf === body);
  if (same !== undefined) throw new Error(`${same.field.name} is both the body and a variable of the path`);
  const responseBody = rule.responseBody === "" ? undefined : topField(method, "output", rule.responseBody);
  return { method, httpMethod, path, template, variables, body, responseBody };
}

function patternOf({ pattern }: HttpRule): { httpMethod: string; path: string } {
  if (pattern.case === undefined) throw new Error("it has no pattern");
  if (pattern.case !== "custom") return { httpMethod: pattern.case.toUpperCase(), path: pattern.value };
  const { kind, path } = pattern.value;
  if (kind !== "*" && !TOKEN.test(kind))
    throw new Error(`the custom kind ${JSON.stringify(kind)} is no HTTP method`);
  return { httpMethod: kind, path };
}

/** RFC 9110: methods are case-sensitive, and all registered ones are in upper case. */
const TOKEN = /^[A-Z0-9!#$%&'+.^_`|~-]+$/;

function boundVariable(method: DescMethod, variable: Variable): BoundVariable {
  const name = variable.fieldPath.join(".");
  const field = resolvePath(method.input, variable.fieldPath);
  if (typeof field === "string") throw new Error(`the path variable ${name} ${field}`);
  if (field.name !== name) throw new Error(`the path variable ${name} must be called ${field.name}`); // No JSON names.
  if (field.leaf.fieldKind === "list") throw new Error(`the path variable ${name} is a repeated field`);
  return { ...variable, field };
}

/** Two variables must not set members of one oneof. */
function checkChoices(variables: readonly BoundVariable[]): void {
  const seen = new Map<string, string>();
  for (const { field } of variables) {
    field.fields.forEach(({ oneof, name }, depth) => {
      if (oneof === undefined) return;
      const place = `${field.fields
        .slice(0, depth)
        .map((step) => step.name)
        .join(".")}/${oneof.name}`;
      const other = seen.get(place) ?? name;
      if (other !== name) throw new Error(`the path variables ${other} and ${name} are members of one oneof`);
      seen.set(place, name);
    });
  }
}

function bodyOf(method: DescMethod, rule: HttpRule): "*" | DescField | undefined {
  if (rule.body === "" || rule.body === "*") return rule.body === "*" ? "*" : undefined;
  return topField(method, "input", rule.body);
}

function topField(method: DescMethod, side: "input" | "output", name: string): DescField {
  const option = side === "input" ? "body" : "response_body";
  const field = method[side].fields.find((candidate) => candidate.name === name);
  if (field !== undefined) return field;
  throw new Error(`${option} names ${JSON.stringify(name)}, which is no field of ${method[side].typeName}`);
}
