import { create, equals } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t from "tap";
import { canonicalDialect } from "../../../src/transcode/json/canonical-dialect.js";
import { plainDialect } from "../../../src/transcode/json/plain-dialect.js";
import {
  Color,
  ItemSchema,
  ScalarsSchema,
  type Scalars,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { fieldNamed } from "../support/fields.js";
import { safeInt64, scalars } from "../support/messages.js";

const items = plainDialect.message(ItemSchema);

t.test("a value that the dialect does not have is refused by the name of its field", (t) => {
  const refusals: [string, string][] = [
    [`{"nope":1}`, "nope"],
    [`{"inner":{"child":{"nope":1}}}`, "inner.child.nope"],
    [`{"amount":9007199254740993}`, "amount"],
    [`{"amount":"9007199254740993"}`, "amount"],
    [`{"amount":1.5}`, "amount"],
    [`{"color":"scarlet"}`, "color"],
    [`{"color":1}`, "color"],
    [`{"tags":["a",null]}`, "tags[1]"],
    [`{"metadata":{"a":1}}`, "metadata[a]"],
  ];
  for (const [json, path] of refusals) t.throws(() => items.read(json), { name: "FieldProblem", path }, json);
  t.end();
});

t.test("names are in snake case, int64 are numbers, enums are short, and what is unset is null", (t) => {
  const item = create(ItemSchema, { id: "i1", amount: 2999n, color: Color.RED, inner: { big: -5n } });
  t.same(JSON.parse(items.write(item)), {
    id: "i1",
    title: "",
    amount: 2999,
    color: "red",
    created_at: null,
    inner: { label: "", count: 0, tags: [], child: null, color: "unspecified", big: -5 },
    tags: [],
    metadata: {},
    note: null,
    digest: "",
  });
  t.end();
});

t.test("both spellings of a name, and short and full names of an enum value are read", (t) => {
  const expected = create(ItemSchema, { createdAt: { seconds: 0n }, color: Color.GREEN, amount: 7n });
  for (const json of [
    `{"created_at":"1970-01-01T00:00:00Z","color":"green","amount":7}`,
    `{"createdAt":"1970-01-01T00:00:00Z","color":"COLOR_GREEN","amount":"7"}`,
  ]) {
    t.same(items.read(json), expected, json);
  }
  t.end();
});

t.test("a 64-bit integer that a JSON number cannot hold is not written at all", (t) => {
  t.throws(() => items.write(create(ItemSchema, { amount: 9007199254740992n })), RangeError);
  t.throws(() => items.write(create(ItemSchema, { amount: -9007199254740992n })), RangeError);
  t.match(items.write(create(ItemSchema, { amount: -9007199254740991n })), `"amount":-9007199254740991`);
  t.end();
});

t.test("lists and nested fields in the query may be spelt with brackets", (t) => {
  for (const name of ["expand", "expand[]", "expand[0]", "expand[12]"]) {
    t.equal(plainDialect.parameterPath(name), "expand");
  }
  t.equal(plainDialect.parameterPath("created[gte]"), "created.gte");
  t.equal(plainDialect.text(fieldNamed(ScalarsSchema, "f_enum"))?.("red"), Color.RED);
  t.throws(() => plainDialect.text(fieldNamed(ScalarsSchema, "f_int64"))?.("9007199254740993"));
  t.end();
});

t.test("any message comes back, and says the same as in ProtoJSON", (t) => {
  const plain = plainDialect.message(ScalarsSchema);
  const canonical = canonicalDialect.message(ScalarsSchema);
  fc.assert(
    fc.property(scalars(safeInt64), (message) => {
      const json = plain.write(message);
      const back = plain.read(json) as Scalars;
      return equals(ScalarsSchema, back, message) && canonical.write(back) === canonical.write(message);
    }),
    { numRuns: 200 },
  );
  t.end();
});
