import { FieldProblem } from "../errors/field-problem.js";
import { JSON_DEPTH_MAX, tooMuch, VALUES_MAX } from "../json/json-text.js";
import { formDecoded } from "../routing/percent-decoding.js";

/** One `name=value` of a form, decoded. */
export interface FormParameter {
  /** The name as its sender wrote it: `line_items[0][quantity]`. */
  readonly name: string;
  /** Its parts: `line_items`, `0`, `quantity`. Empty brackets are an empty part. */
  readonly steps: readonly string[];
  readonly text: string;
}

/**
 * Splits a form into its parameters, in order. Each character of `body` is a byte; a byte beyond ASCII counts as if it
 * had been escaped. Throws a FieldProblem that names the parameter with a broken escape, with bytes that are not UTF-8
 * or with brackets that do not match. The limits are those of JSON.
 */
export function* formParameters(body: string): Generator<FormParameter> {
  let count = 0;
  for (let start = 0; start <= body.length;) {
    const end = indexOrEnd(body, "&", start, body.length);
    if (end > start) {
      if (++count > VALUES_MAX) throw tooMuch(`hold more than ${VALUES_MAX} values`);
      yield parameterOf(body, start, end);
    }
    start = end + 1;
  }
}

function parameterOf(body: string, start: number, end: number): FormParameter {
  const equals = indexOrEnd(body, "=", start, end);
  const rawName = body.slice(start, equals);
  const name = decoded(rawName, rawName);
  const text = decoded(body.slice(equals + 1, end), name);
  return { name, steps: stepsOf(name), text };
}

function indexOrEnd(body: string, character: string, start: number, end: number): number {
  const at = body.indexOf(character, start);
  return at === -1 || at > end ? end : at;
}

function decoded(raw: string, name: string): string {
  const text = formDecoded(raw);
  if (text !== undefined) return text;
  throw problemOf(name, "holds a broken percent-escape, or bytes that are not UTF-8");
}

/** Brackets may be escaped in a name, as stripe-php does: names are split only once they are decoded. */
function stepsOf(name: string): readonly string[] {
  const open = name.indexOf("[");
  if (open === -1 && !name.includes("]")) return [name];
  if (!WELL_FORMED.test(name)) throw problemOf(name, "has brackets that do not match");
  const steps = [name.slice(0, open), ...name.slice(open + 1, -1).split("][")];
  if (steps.length > JSON_DEPTH_MAX) throw tooMuch(`be nested more than ${JSON_DEPTH_MAX} deep`);
  return steps;
}

const WELL_FORMED = /^[^[\]]+(?:\[[^[\]]*\])+$/;

function problemOf(name: string, message: string): FieldProblem {
  const problem = new FieldProblem(message);
  problem.path = name;
  return problem;
}
