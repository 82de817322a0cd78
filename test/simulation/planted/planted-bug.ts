import type { EngineName } from "../plan.js";

/** A bug that a tired programmer could write, as changes of the compiled service. */
export interface PlantedBug {
  readonly name: string;
  /** Where it can show: one writer at a time hides what several would do to each other. */
  readonly engine: EngineName;
  /** True where it shows only when stored cards are charged and payments refunded. */
  readonly afterSales?: boolean;
  readonly changes: readonly Change[];
}

/** `from` stands in the file exactly once, or the bug no longer fits the service. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}
