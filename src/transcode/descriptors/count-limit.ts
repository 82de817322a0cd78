import type { DescField } from "@bufbuild/protobuf";
import { FieldProblem } from "../errors/field-problem.js";

/** Largest size of a list or a map. Readers stop at the first element above it. */
export type CountMax = (field: DescField) => number;

/** No limit. */
export const uncounted: CountMax = () => Infinity;

/** Throws a FieldProblem where a list or a map is larger than `max`. */
export function checkCount(count: number, max: number): void {
  if (count > max) throw new FieldProblem(`must not have more than ${max} elements`);
}
