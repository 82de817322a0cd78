import t from "tap";

import { takeFiles } from "./shared-files.js";

t.test("processes that share files run each of them once, and each its own first", async (t) => {
  const folder = t.testdir({});
  const others = ["c", "d", "e", "f"];
  const one = takeFiles("a", others, folder);
  const other = takeFiles("b", others, folder);
  t.same([next(one), next(one), next(one)], ["a", "c", "d"], "while the other has not begun");
  t.same([next(other), next(other), next(one), next(other)], ["b", "e", "f", undefined]);
  t.equal(next(one), undefined);
});

t.test("a mark that cannot be made is an error, and no file is left out for it", async (t) => {
  const taking = takeFiles("a", ["b"], `${t.testdir({})}/absent`);
  taking.next();
  t.throws(() => taking.next(), { code: "ENOENT" });
});

function next(taking: Generator<string>): string | undefined {
  return taking.next().value as string | undefined;
}
