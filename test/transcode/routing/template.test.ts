import * as fc from "fast-check";
import t from "tap";
import { parseTemplate } from "../../../src/transcode/routing/template.js";
import { caseFile } from "../support/cases.js";

t.test("what the grammar does not have is refused, with the place", (t) => {
  const refused: [string, RegExp][] = [
    ["", /expected `\/` at character 1/],
    ["/a/**/b", /nothing may follow `\*\*` at character 7/],
    ["/{a=**}/b", /nothing may follow/],
    ["/{a=**/b}", /nothing may follow/],
    ["/{a={b}}", /expected a segment at character 5/],
    ["/{a=/b}", /expected a segment/],
    ["/{a=b/}", /expected a segment/],
    ["/{a=}", /expected a segment/],
    ["/{a.}", /expected a field name/],
    ["/{.a}", /expected a field name/],
    ["/{}", /expected a field name/],
    ["/{1a}", /expected a field name/],
    ["/{ a }", /expected a field name/],
    ["/{a.b}/{a.b}", /the variable a\.b stands twice/],
    ["/***", /expected the end at character 4/],
    ["/a*", /expected the end/],
    ["/*a", /expected the end/],
    ["/a:b:c", /expected the end/],
    ["/a:*", /expected a segment/],
    ["/a:{b}", /expected a segment/],
    ["/é", /expected a segment/],
    ["/a@b", /expected the end/],
    ["/a#b", /expected the end/],
    ["/%zz", /expected a segment/],
    ["/%ff", /not UTF-8/],
    ["/a}", /expected the end/],
  ];
  for (const [template, message] of refused) t.throws(() => parseTemplate(template), { message }, template);
  t.end();
});

t.test("every template of the reference is taken or refused as it says", (t) => {
  for (const { template, valid } of caseFile.templates) {
    if (valid) t.doesNotThrow(() => parseTemplate(template), template);
    else t.throws(() => parseTemplate(template), template);
  }
  t.equal(caseFile.templates.length, 27);
  t.end();
});

t.test("segments, variables and the verb are found", (t) => {
  t.same(parseTemplate("/v1/{name=shelves/*/books/*}:archive"), {
    segments: [{ literal: "v1" }, { literal: "shelves" }, "*", { literal: "books" }, "*"],
    variables: [{ fieldPath: ["name"], start: 1, end: 5, multi: true }],
    verb: "archive",
  });
  t.same(parseTemplate("/v1/trees/{root.id}/{path=nodes/**}").variables, [
    { fieldPath: ["root", "id"], start: 2, end: 3, multi: false },
    { fieldPath: ["path"], start: 3, end: undefined, multi: true },
  ]);
  t.same(parseTemplate("/{a=**}").variables, [{ fieldPath: ["a"], start: 0, end: undefined, multi: true }]);
  t.same(parseTemplate("/{a=b}").variables, [{ fieldPath: ["a"], start: 0, end: 1, multi: false }]);
  t.end();
});

t.test("literals and verbs are kept decoded", (t) => {
  t.same(parseTemplate("/caf%C3%A9/%7Euser:a%3Ab"), {
    segments: [{ literal: "café" }, { literal: "~user" }],
    variables: [],
    verb: "a:b",
  });
  t.end();
});

const ident = fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/);
const literal = fc.stringMatching(/^[A-Za-z0-9._~-]{1,6}$/);
const plain = fc.oneof(literal, fc.constant("*"));
const variable = fc
  .tuple(fc.array(ident, { minLength: 1, maxLength: 3 }), fc.array(plain, { maxLength: 3 }))
  .map(([path, inner]) => `{${path.join(".")}${inner.length === 0 ? "" : `=${inner.join("/")}`}}`);
const parts = fc.array(fc.oneof(plain, variable), { minLength: 1, maxLength: 5 });

t.test("whatever the grammar makes is taken, unless a variable stands twice", (t) => {
  const verb = fc.option(literal, { nil: undefined });
  fc.assert(
    fc.property(parts, fc.boolean(), verb, (segments, rest, verb) => {
      const names = segments
        .map((segment) => /^\{([\w.]+)/.exec(segment)?.[1])
        .filter((name) => name !== undefined);
      fc.pre(new Set(names).size === names.length);
      const text = `/${[...segments, ...(rest ? ["**"] : [])].join("/")}${verb === undefined ? "" : `:${verb}`}`;
      const template = parseTemplate(text);
      return (
        template.verb === (verb ?? "") &&
        template.variables.length === names.length &&
        template.variables.every(({ fieldPath }, index) => fieldPath.join(".") === names[index]) &&
        (template.segments.at(-1) === "**") === rest
      );
    }),
  );
  t.end();
});

t.test("any text is either a template or an Error with a place in it", (t) => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from("/{}*=:.a_%2F-~ é?#")), maxLength: 14 });
  fc.assert(
    fc.property(text, (text) => {
      try {
        return parseTemplate(text).segments.length > 0;
      } catch (error) {
        return / at character \d+ of the path template /.test((error as Error).message);
      }
    }),
    { numRuns: 2000 },
  );
  t.end();
});
