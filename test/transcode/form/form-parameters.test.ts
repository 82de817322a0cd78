import t from "tap";
import * as fc from "fast-check";
import { formParameters } from "../../../src/transcode/form/form-parameters.js";

const all = (body: string) => [...formParameters(body)];

t.test("a broken parameter is refused by its name", (t) => {
  const refused: [string, string][] = [
    ["a=1&b=%", "b"],
    ["b=%zz", "b"],
    ["b=%c3", "b"],
    ["b=\xff", "b"],
    ["b=%ff", "b"],
    ["b[c]=%e2%82", "b[c]"],
    ["b%zz=1", "b%zz"],
    ["b[=1", "b["],
    ["b]=1", "b]"],
    ["b[c=1", "b[c"],
    ["b[c]d=1", "b[c]d"],
    ["b[[c]]=1", "b[[c]]"],
    ["[b]=1", "[b]"],
    ["[]=1", "[]"],
  ];
  for (const [body, path] of refused) t.throws(() => all(body), { name: "FieldProblem", path }, body);
  t.end();
});

t.test("more values than JSON may have, or deeper ones, are refused at the first", (t) => {
  t.equal(all("a=1&".repeat(10_000)).length, 10_000);
  t.throws(
    () => all(`${"a=1&".repeat(10_001)}%`),
    { name: "FieldProblem", reason: "body_malformed" },
    "the broken name is not reached",
  );
  t.equal(all(`a${"[b]".repeat(199)}=1`)[0]?.steps.length, 200);
  t.throws(() => all(`a${"[b]".repeat(200)}=1`), { name: "FieldProblem", reason: "body_malformed" });
  t.throws(() => all(`a${"[".repeat(1_000_000)}`), { name: "FieldProblem" });
  t.throws(() => all(`a${"[]".repeat(500_000)}`), { name: "FieldProblem", reason: "body_malformed" });
  t.end();
});

t.test("names and values are decoded once, whether brackets are escaped or not", (t) => {
  t.same(all("a[b][0][]=x+y%20z%2B&&c=&d&%61%5Bk%5D=%C3%A9&e=\xc3\xa9&f=1=2&=g&"), [
    { name: "a[b][0][]", steps: ["a", "b", "0", ""], text: "x y z+" },
    { name: "c", steps: ["c"], text: "" },
    { name: "d", steps: ["d"], text: "" },
    { name: "a[k]", steps: ["a", "k"], text: "é" },
    { name: "e", steps: ["e"], text: "é" },
    { name: "f", steps: ["f"], text: "1=2" },
    { name: "", steps: [""], text: "g" },
  ]);
  t.same(all("a=%2526")[0]?.text, "%26");
  t.same(all(""), []);
  t.end();
});

t.test("what URLSearchParams writes is read as it was", (t) => {
  const text = fc.string({ unit: "grapheme" });
  const name = text.filter((each) => !/[[\]]/.test(each));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text)), (pairs) => {
      const body = new URLSearchParams(pairs).toString();
      const read = all(body).map((parameter) => [parameter.name, parameter.text]);
      t.same(
        read,
        pairs.map(([key, value]) => [key.toWellFormed(), value.toWellFormed()]),
      );
    }),
    { numRuns: 100 },
  );
  t.end();
});
