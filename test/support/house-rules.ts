import t from "tap";

import { source, type Source } from "./source-tree.js";

/** Texts by their paths. */
export type Planted = Record<string, string>;

/** A house rule that a linter cannot say. */
export interface HouseRule {
  readonly says: string;
  readonly check: (sources: Source[]) => string[];
  /** What it is about; `check` may see more, to look things up. */
  readonly about: Source[];
  readonly sees?: Source[];
  /** Each of these breaks the rule exactly once: a rule that never goes red guards nothing. */
  readonly broken: readonly Planted[];
  readonly kept: readonly Planted[];
}

/** Holds the project to each rule, and each rule to what it is said to find. */
export function holdTo(rules: readonly HouseRule[]): void {
  for (const rule of rules) {
    t.test(rule.says, async (t) => {
      for (const texts of rule.broken)
        t.equal(rule.check(plant(texts)).length, 1, Object.keys(texts).join(", "));
      for (const texts of rule.kept) t.same(rule.check(plant(texts)), []);
      t.ok(rule.about.length > 0, "a guard that checked nothing must fail");
      t.same(rule.check(rule.sees ?? rule.about), []);
    });
  }
}

function plant(texts: Planted): Source[] {
  return Object.entries(texts).map(([path, text]) => source(path, text));
}
