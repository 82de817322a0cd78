import type { Contender } from "./contender.js";

/** How long and how often. */
export interface Effort {
  /** How often both are started anew: V8 compiles the same program better at one time than at another, by 5 to 15 %. */
  readonly starts: number;
  /** Rounds of each start before the others that do not count: everybody is slow at first. */
  readonly warmUps: number;
  readonly rounds: number;
  /** Of each round. */
  readonly seconds: number;
  /** Of rows that compare nothing: how often something is measured, and how long it is watched. */
  readonly plain: { readonly times: number; readonly seconds: number };
}

/** A row of the table: who is compared with whom, and what the ratio ought to be. */
export interface PairRow {
  readonly kind: "pair";
  readonly name: string;
  readonly wanted: number;
  /** Ours first: its rate over the other's is the ratio. */
  readonly open: () => Promise<readonly [Contender, Contender]>;
}

/** A row that compares nothing: its ratio is a number of its own, the lower the better. */
export interface PlainRow {
  readonly kind: "plain";
  readonly name: string;
  readonly unit: Unit;
  readonly wanted: number;
  readonly measure: (effort: Effort) => Promise<number>;
}

/** What the number of a plain row counts. */
export type Unit = "MB" | "s" | "times";

export type Row = PairRow | PlainRow;
