import type { Contender } from "./contender.js";

/** A row of the table: who is compared with whom, and what the ratio ought to be. */
export interface PairRow {
  readonly kind: "pair";
  readonly name: string;
  readonly wanted: number;
  /** Ours first: its rate over the other's is the ratio. */
  readonly open: () => Promise<readonly [Contender, Contender]>;
}

/** A row that compares nothing: its ratio is a number of its own, such as megabytes. */
export interface PlainRow {
  readonly kind: "plain";
  readonly name: string;
  readonly wanted: number;
  readonly measure: (seconds: number) => Promise<number>;
}

export type Row = PairRow | PlainRow;
