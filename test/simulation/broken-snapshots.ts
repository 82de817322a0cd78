import t from "tap";

import { check } from "./checker.js";
import { type Changeable, ORDERS } from "./clean-snapshots.js";
import type { Rule, Snapshots } from "./snapshots.js";

/** Something wrong, and the rules that it breaks. */
export interface BrokenSnapshots {
  readonly what: string;
  readonly rules: readonly Rule[];
  readonly spoil: (snapshots: Changeable<Snapshots>) => void;
}

/** Spoils good snapshots by each of these, and holds the checker to finding that, and nothing else. */
export function findEach(good: () => Changeable<Snapshots>, all: readonly BrokenSnapshots[]): void {
  for (const { what, rules, spoil } of all) {
    t.test(`the checker finds ${what}`, async (t) => {
      const snapshots = good();
      spoil(snapshots);
      const found = new Set(check(snapshots, ORDERS).map(({ rule }) => rule));
      t.same([...found].toSorted(), [...rules].toSorted());
    });
  }
}
