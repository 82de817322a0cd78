import { FieldProblem, quoted } from "../errors/field-problem.js";
import type { Json } from "../json/json-text.js";

/** A list whose elements the parameters of a form name by number, `a[0]=x`, or without, `a[]=x`. */
export interface FormList {
  readonly items: Json[];
  /** The steps of the parameter that lead to it. */
  readonly name: readonly string[];
  readonly numbered: boolean;
}

/**
 * The index of the element that step `at` of a parameter names. Throws a FieldProblem for a step that is no number, and
 * for a list that is numbered in part.
 *
 * `a[][x]=1` belongs to the last element, unless that has its `x` already, as with Stripe: a form that
 * is written by hand repeats `a[]` for each part of one element.
 */
export function nextIndex(
  { items, numbered }: FormList,
  { steps, at }: { readonly steps: readonly string[]; readonly at: number },
): number {
  const step = steps[at] ?? "";
  if (numbered !== (step !== "")) {
    throw new FieldProblem("has elements with a number and others without", "parameter_conflict");
  }
  if (numbered) return numberOf(step);
  const last = items.at(-1);
  const continues = last !== undefined && at + 1 < steps.length && !hasPart(last, steps, at + 1);
  return continues ? items.length - 1 : items.length;
}

function numberOf(step: string): number {
  if (!/^(?:0|[1-9]\d*)$/.test(step))
    throw new FieldProblem(`has no element ${quoted(step)}: number them from 0`);
  return Number(step);
}

function hasPart(json: Json, steps: readonly string[], at: number): boolean {
  let part: Json | undefined = json;
  for (const step of steps.slice(at)) {
    if (step === "" || part === null || typeof part !== "object") return false; // `a[][b][]` adds to the list b.
    part = (part as Record<string, Json | undefined>)[step];
    if (part === undefined) return false;
  }
  return true;
}

/** Throws a FieldProblem that names the first element that is missing between others. */
export function checkGaps({ items, name }: FormList): void {
  for (let index = 0; index < items.length; index++) {
    if (index in items) continue;
    const problem = new FieldProblem("is missing: the elements of a list are numbered from 0 without gaps");
    problem.path = [name[0], ...[...name.slice(1), index].map((step) => `[${step}]`)].join("");
    throw problem;
  }
}
