import { createRequire } from "node:module";
import path from "node:path";
import { equals } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t from "tap";
import { createFormReader } from "../../../src/transcode/form/form-reader.js";
import { FieldProblem } from "../../../src/transcode/errors/field-problem.js";
import { plainDialect } from "../../../src/transcode/json/plain-dialect.js";
import { ScalarsSchema, type Scalars } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { UpdateCustomerRequestSchema } from "../../../gen/calmonypay/v1/customer_service_pb.js";
import { safeInt64, scalars } from "../support/messages.js";

/** The encoder of the library, which its package does not export. */
const encode = (() => {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve("stripe"));
  const { queryStringifyRequestData } = require(path.join(folder, "utils.js")) as {
    queryStringifyRequestData: (data: unknown) => string;
  };
  return queryStringifyRequestData;
})();

const few = createFormReader(ScalarsSchema, () => 3);
const form = createFormReader(ScalarsSchema, plainDialect.countMax);
const codec = plainDialect.message(ScalarsSchema);
const read = (body: string) => codec.readParsed(form(Buffer.from(body).toString("latin1"))) as Scalars;

t.test("a parameter that cannot be meant is refused by its name", (t) => {
  const refused: [string, string, string][] = [
    ["nope=1", "nope", "parameter_unknown"],
    ["=1", "", "parameter_unknown"],
    ["inner[nope]=1", "inner[nope]", "parameter_unknown"],
    ["inner.label=x", "inner.label", "parameter_unknown"],
    ["inners[0][child][inner.label]=x", "inners[0][child][inner.label]", "parameter_unknown"],
    ["__proto__=1", "__proto__", "parameter_unknown"],
    ["inner[__proto__][x]=1", "inner[__proto__][x]", "parameter_unknown"],
    ["constructor[prototype][x]=1", "constructor[prototype][x]", "parameter_unknown"],
    ["labels[__proto__]=x", "labels[__proto__]", "parameter_invalid"],
    ["f_string=a&f_string=a", "f_string", "parameter_repeated"],
    ["f_string=a&fString=a", "f_string", "parameter_repeated"],
    ["f_int32=1&f_int32=", "f_int32", "parameter_repeated"],
    ["labels[a]=1&labels[a]=2", "labels[a]", "parameter_repeated"],
    ["r_string[0]=a&r_string[0]=b", "r_string[0]", "parameter_repeated"],
    ["f_string=a&f_string[b]=c", "f_string", "parameter_invalid"],
    ["f_string[]=a", "f_string", "parameter_invalid"],
    ["inner=a", "inner", "parameter_invalid"],
    ["inner=&inner[label]=x", "inner", "parameter_conflict"],
    ["inner[label]=x&inner=", "inner", "parameter_conflict"],
    ["inner=&inner=", "inner", "parameter_repeated"],
    ["labels=a", "labels", "parameter_invalid"],
    ["labels[a]=x&labels=", "labels", "parameter_conflict"],
    ["labels[a][b]=x", "labels[a]", "parameter_invalid"],
    ["r_string=a", "r_string", "parameter_invalid"],
    ["inner=&inner[label]=a", "inner", "parameter_conflict"],
    ["r_string[]=a&r_string[1]=b", "r_string", "parameter_conflict"],
    ["r_string[x]=a", "r_string", "parameter_invalid"],
    ["r_string[1]=a", "r_string[0]", "parameter_invalid"],
    ["inners[2][label]=a&inners[0][label]=b", "inners[1]", "parameter_invalid"],
    ["r_string[999999999]=a", "r_string", "parameter_invalid"],
    [`r_string[${"9".repeat(400)}]=a`, "r_string", "parameter_invalid"],
    ["f_bool=1", "f_bool", "parameter_invalid"],
    ["f_bool=True", "f_bool", "parameter_invalid"],
    ["inners[0][count]=1.5", "inners[0].count", "parameter_invalid"],
    ["f_int64=9007199254740992", "f_int64", "parameter_invalid"],
    ["f_enum=scarlet", "f_enum", "parameter_invalid"],
    ["f_enum=1", "f_enum", "parameter_invalid"],
    ["r_int32[]=", "r_int32[0]", "parameter_invalid"],
    // A variable that somebody forgot to set must not mean "all", "now" or "as it was".
    ["opt_int32=", "opt_int32", "parameter_invalid"],
    ["f_bool=", "f_bool", "parameter_invalid"],
    ["f_enum=", "f_enum", "parameter_invalid"],
    ["ts=", "ts", "parameter_invalid"],
    ["w_bool=", "w_bool", "parameter_invalid"],
    ["r_string=", "r_string", "parameter_invalid"],
    ["struct_f[a]=1", "struct_f", "parameter_invalid"],
    ["o_string=a&o_int32=1", "o_int32", "parameter_conflict"],
  ];
  for (const [body, at, reason] of refused) {
    t.throws(() => read(body), { name: "FieldProblem", path: at, reason }, body);
  }
  t.same(Object.keys(Object.prototype), []);
  t.end();
});

t.test("an empty value deletes what it names, where the message can say so", (t) => {
  const form = createFormReader(UpdateCustomerRequestSchema, plainDialect.countMax);
  t.same({ ...form("metadata=&address=") }, { clear_metadata: true, clear_address: true });
  t.same(JSON.stringify(form("metadata[a]=1&metadata=")), `{"metadata":{"a":"1"},"clear_metadata":true}`);
  t.throws(() => form("metadata=x"), { name: "FieldProblem", path: "metadata" });
  t.end();
});

t.test("a list is refused at the first element too many", (t) => {
  t.same({ ...few("r_string[0]=a&r_string[2]=c&r_string[1]=b") }, { r_string: ["a", "b", "c"] });
  t.throws(() => few("r_string[3]=a"), { path: "r_string", message: "must not have more than 3 elements" });
  const body = "r_string[]=a&".repeat(4);
  t.throws(() => few(`${body}%`), { name: "FieldProblem", path: "r_string" }, "what follows is not read");
  t.end();
});

t.test("a message as deep as JSON allows is read, and a deeper one is refused", (t) => {
  t.doesNotThrow(() => read(nested(97)));
  t.throws(() => read(nested(120)), { name: "FieldProblem" });
  t.end();
});

function nested(depth: number): string {
  return `inner${"[child]".repeat(depth)}[label]=x`;
}

t.test("numbers, times and names are read from their text, and a message may be empty", (t) => {
  const message = read(
    "f_bool=true&f_int32=-5&f_double=1.5&f_enum=red&ts=1970-01-01T00%3A00%3A00Z&w_bool=false&opt_string=" +
      "&inner=&fFloat=2&labels[a%20b]=c%5B",
  );
  t.match(message, {
    fBool: true,
    fInt32: -5,
    fDouble: 1.5,
    fEnum: 1,
    wBool: false,
    optString: "",
    fFloat: 2,
  });
  t.match(message, { labels: { "a b": "c[" } });
  t.equal(message.inner, undefined);
  t.equal(message.ts?.seconds, 0n);
  t.end();
});

t.test("elements may be numbered in any order, or not at all", (t) => {
  t.match(read("inners[1][label]=b&inners[0][label]=a&inners[1][count]=2"), {
    inners: [
      { label: "a", count: 0 },
      { label: "b", count: 2 },
    ],
  });
  const unnumbered =
    "inners[][label]=a&inners[][count]=1&inners[][tags][]=x&inners[][tags][]=y&inners[][label]=b";
  t.match(read(unnumbered), {
    inners: [
      { label: "a", count: 1, tags: ["x", "y"] },
      { label: "b", count: 0, tags: [] },
    ],
  });
  t.end();
});

t.test("any message comes back from the form that Stripe's library for Node makes of it", (t) => {
  fc.assert(
    fc.property(scalars(safeInt64), (drawn) => {
      const message = speakable(drawn);
      const body = encode(without(JSON.parse(codec.write(message))));
      const escaped = new URLSearchParams(new URLSearchParams(body)).toString();
      return [body, escaped].every((each) => equals(ScalarsSchema, read(each), message));
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test("any text is a form of the message, or is refused", (t) => {
  const piece = fc.constantFrom(
    "inners",
    "r_string",
    "labels",
    "[",
    "]",
    "[]",
    "[0]",
    "[1]",
    "=",
    "&",
    "%",
    "%5B",
    "+",
    "x",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 20 }), (pieces) => {
      try {
        read(pieces.join(""));
      } catch (error) {
        if (!(error instanceof FieldProblem)) throw error;
      }
    }),
    { numRuns: 500 },
  );
  t.end();
});

/** Without what a form cannot say: Struct, the sign of zero, brackets in keys, an empty mask. */
function speakable(message: Scalars): Scalars {
  const { structF: _, labels, counts, mask, ...rest } = message;
  const parts = {
    ...rest,
    labels: speakableKeys(labels),
    counts: speakableKeys(counts),
    ...(mask?.paths.length ? { mask } : {}),
  };
  for (const [name, value] of Object.entries(parts)) {
    if (Object.is(value, -0)) (parts as Record<string, unknown>)[name] = 0;
  }
  return parts;
}

function speakableKeys<V>(map: Record<string, V>): Record<string, V> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !/[[\]]/.test(key)));
}

/** Without nulls, which a caller would not send. */
function without(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(without);
  if (json === null || typeof json !== "object") return json;
  const entries = Object.entries(json).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [key, without(value)]));
}
