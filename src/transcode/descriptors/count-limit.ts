import type { DescField } from "@bufbuild/protobuf";
import { FieldProblem } from "../errors/field-problem.js";

/** How many elements a list or a map may have. Whoever reads one stops at the first too many. */
export type CountMax = (field: DescField) => number;

/** The limit of those who have none. */
export const uncounted: CountMax = () => Infinity;

/** Refuses a list or a map that has more than it may. */
export function checkCount(count: number, max: number): void {
  if (count > max) throw new FieldProblem(`must not have more than ${max} elements`);
}
