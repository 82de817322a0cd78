import t from "tap";
import type { Json } from "../../../src/transcode/json/json-text.js";
import { checkGaps, type FormList, nextIndex } from "../../../src/transcode/form/form-list.js";

const list = (items: Json[], numbered: boolean): FormList => ({ items, name: ["a", "b"], numbered });
const indexIn = (of: FormList, ...steps: string[]) => nextIndex(of, { steps: ["a", ...steps], at: 1 });

t.test("an element is named by a number from 0, or by nothing, and never by both", (t) => {
  for (const step of ["00", "01", "-1", "+1", "1e3", "1.0", "x", " 1", "__proto__", "0x1"]) {
    t.throws(
      () => indexIn(list([], true), step),
      { name: "FieldProblem", reason: "parameter_invalid" },
      step,
    );
  }
  t.throws(() => indexIn(list(["x"], true), ""), { name: "FieldProblem", reason: "parameter_conflict" });
  t.throws(() => indexIn(list(["x"], false), "1"), { name: "FieldProblem", reason: "parameter_conflict" });
  t.equal(indexIn(list([], true), "7"), 7);
  t.equal(indexIn(list(["x"], false), ""), 1);
  t.end();
});

t.test("a part belongs to the last element until that has it", (t) => {
  const items = list([{ price: { amount: "1" }, tags: ["x"] }], false);
  t.equal(indexIn(items, "", "quantity"), 0);
  t.equal(indexIn(items, "", "price", "currency"), 0);
  t.equal(indexIn(items, "", "price", "amount"), 1);
  t.equal(indexIn(items, "", "tags", ""), 0, "a list inside of it grows");
  t.equal(indexIn(list([], false), "", "quantity"), 0);
  t.equal(indexIn(list([null], false), "", "quantity"), 0);
  t.end();
});

t.test("the first element that is missing is named", (t) => {
  const sparse: Json[] = [];
  sparse[2] = "x";
  t.throws(() => checkGaps(list(sparse, true)), { name: "FieldProblem", path: "a[b][0]" });
  t.doesNotThrow(() => checkGaps(list(["x", "y"], true)));
  t.doesNotThrow(() => checkGaps(list([], true)));
  t.end();
});
