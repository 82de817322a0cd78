import * as fc from "fast-check";
import t from "tap";

import {
  bodyText,
  encodeFields,
  type Field,
  fieldText,
  MalformedMessage,
  parseFields,
  readableField,
  rootName,
  textField,
} from "../../src/cardstream/fields.js";
import { CODE_POINT } from "../support/any-text.js";

const anyText = fc.oneof(
  fc.string({ unit: CODE_POINT }),
  fc.string({ unit: fc.constantFrom(...Array.from("&=+% \r\n[]|~*'a0é€")) }),
);
const fieldsWithDistinctNames: fc.Arbitrary<Field[]> = fc.uniqueArray(fc.tuple(anyText, anyText), {
  selector: ([name]) => name,
  maxLength: 20,
});

const MALFORMED: readonly [name: string, body: string][] = [
  ["a name given twice", "a=1&b=2&a=1"],
  ["a name given twice, once escaped", "amount=1&%61mount=2"],
  ["a list without indexes, which is a name given twice", "a[]=1&a[]=2"],
  ["601 fields", fieldBody(601)],
];

t.test("what is not given is left to the account's settings", async (t) => {
  t.same(textField("customerEmail", undefined), []);
  t.same(textField("customerEmail", null), []);
  t.same(textField("customerEmail", "ada@example.com"), [["customerEmail", "ada@example.com"]]);
});

for (const [name, body] of MALFORMED) {
  t.test(`${name}: the message is refused`, async (t) => {
    t.throws(() => parseFields(Buffer.from(body)), MalformedMessage);
  });
}

t.test("a name longer or deeper than the gateway's is refused, however it is written", async (t) => {
  for (const name of ["x".repeat(251), "%78".repeat(251), "]".repeat(65), `a${"[]".repeat(65)}`]) {
    t.throws(() => parseFields(Buffer.from(`a=1&${name}=1`)), MalformedMessage, name);
  }
  for (const name of ["%78".repeat(250), `a${"[]".repeat(64)}`]) {
    t.equal(parseFields(Buffer.from(`a=1&${name}=1`)).length, 2, name);
  }
});

t.test("a byte that is not UTF-8 is kept, escaped or not, and written again as it was", async (t) => {
  const cases: [Buffer, text: string, written: string][] = [
    [latin1("a=Jos%E9"), "Jos\uDCE9", "a=Jos%E9"],
    [latin1("a=Jos\xE9"), "Jos\uDCE9", "a=Jos%E9"],
    [latin1("a=Jos%C3"), "Jos\uDCC3", "a=Jos%C3"],
    [latin1("a=\xC3\xA9+\xE9"), "é \uDCE9", "a=%C3%A9+%E9"],
    [latin1("a=%C0%AF"), "\uDCC0\uDCAF", "a=%C0%AF"],
    [latin1("a=%ED%A0%80"), "\uDCED\uDCA0\uDC80", "a=%ED%A0%80"],
    [latin1("a=%F0%9F%A6%84%FF*"), "🦄\uDCFF*", "a=%F0%9F%A6%84%FF%2A"],
  ];
  for (const [body, text, written] of cases) {
    const fields = parseFields(body);
    t.strictSame(fields, [["a", text]], String(body));
    t.equal(encodeFields(fields), written);
    t.ok(bodyText(body).isWellFormed());
    t.strictSame(parseFields(Buffer.from(bodyText(body))), fields, "the text of the body means the same");
  }
});

t.test("any bytes are read, written and read again without a loss", async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const escaped = Buffer.from(`a=${Array.from(bytes, (byte) => `%${toHex(byte)}`).join("")}`);
      const written = encodeFields(parseFields(escaped));
      const values = [...written.slice(2).matchAll(/%(..)|\+|(.)/g)].map(([, hex, plain]) =>
        hex === undefined ? (plain ?? " ").charCodeAt(0) : Number.parseInt(hex, 16),
      );
      return Buffer.from(values).equals(bytes);
    }),
  );
});

t.test("a percent sign that begins no escape stands for itself, as PHP reads it", async (t) => {
  for (const [body, text] of [
    ["a=%", "%"],
    ["a=%4", "%4"],
    ["a=%G1+%41", "%G1 A"],
    ["a=100%+%E9", "100% \uDCE9"],
  ] as const) {
    t.strictSame(parseFields(Buffer.from(body)), [["a", text]], body);
  }
});

t.test("a field's text for people is well-formed", async (t) => {
  t.equal(readableField(parseFields(Buffer.from("name=Jos%E9")), "name"), "José");
  t.equal(readableField([], "name"), "");
});

t.test("600 fields are not too many", async (t) => {
  t.equal(parseFields(Buffer.from(fieldBody(600))).length, 600);
});

t.test("fields are read in the order of their arrival", async (t) => {
  const fields = parseFields(Buffer.from("items[1][b]=1&10=x&items[0][a]=2&2=y&amount=3"));
  t.strictSame(fields, [
    ["items[1][b]", "1"],
    ["10", "x"],
    ["items[0][a]", "2"],
    ["2", "y"],
    ["amount", "3"],
  ]);
});

t.test("whatever a browser or the gateway may write is read", async (t) => {
  const cases: [string, Field[]][] = [
    ["", []],
    ["&&", []],
    ["a=1&", [["a", "1"]]],
    ["a", [["a", ""]]],
    ["a=", [["a", ""]]],
    ["=1", [["", "1"]]],
    ["a=b=c", [["a", "b=c"]]],
    ["a=1+2%2B3%20", [["a", "1 2+3 "]]],
    ["a=%c3%a9%C3%A9", [["a", "éé"]]],
    ["a=é", [["a", "é"]]],
    ["a=%00", [["a", "\0"]]],
    ["a=x%0D%0Ay", [["a", "x\r\ny"]]],
    ["%5B=1", [["[", "1"]]],
    ["a=%EF%BB%BFx", [["a", "\uFEFFx"]]],
    ["\uFEFFa=1", [["\uFEFFa", "1"]]],
    [
      "__proto__=1&constructor=2",
      [
        ["__proto__", "1"],
        ["constructor", "2"],
      ],
    ],
  ];
  for (const [body, fields] of cases) t.strictSame(parseFields(Buffer.from(body)), fields, body);
});

t.test("what is written is read back as it was", async () => {
  fc.assert(
    fc.property(fieldsWithDistinctNames, (fields) => {
      const read = parseFields(Buffer.from(encodeFields(fields)));
      return JSON.stringify(read) === JSON.stringify(fields);
    }),
  );
});

t.test("what is written is plain ASCII, and nothing in a text can begin another field", async () => {
  fc.assert(
    fc.property(fieldsWithDistinctNames, (fields) => {
      const names = fields.map(() => "(?:[A-Za-z0-9_.+-]|%[0-9A-F]{2})*");
      return new RegExp(`^${names.map((text) => `${text}=${text}`).join("&")}$`).test(encodeFields(fields));
    }),
  );
});

t.test("every ASCII character is written as PHP's urlencode writes it", async (t) => {
  const kept = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code);
    const escaped = `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
    const expected = kept.includes(character) ? character : character === " " ? "+" : escaped;
    t.equal(encodeFields([["a", character]]), `a=${expected}`);
  }
});

t.test("text beyond ASCII is written as its UTF-8 bytes, not normalised", async (t) => {
  t.equal(encodeFields([["é", "e\u0301"]]), "%C3%A9=e%CC%81");
  t.equal(encodeFields([["a", "🦄"]]), "a=%F0%9F%A6%84");
});

t.test("half of a surrogate pair is written as a replacement character instead of failing", async (t) => {
  t.equal(encodeFields([["a", "x\uD800y"]]), "a=x%EF%BF%BDy");
});

t.test("a field's text is found by its whole name only", async (t) => {
  const fields: Field[] = [
    ["amount[x]", "1"],
    ["Amount", "2"],
    ["amount", "3"],
    ["empty", ""],
  ];
  t.equal(fieldText(fields, "amount"), "3");
  t.equal(fieldText(fields, "amoun"), "");
  t.equal(fieldText(fields, "empty"), "");
  t.equal(fieldText([], "toString"), "");
});

t.test("the root of a name ends at its first bracket", async (t) => {
  t.equal(rootName("items[0][amount]"), "items");
  t.equal(rootName("amount"), "amount");
  t.equal(rootName("[x]"), "");
});

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

function toHex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function fieldBody(count: number): string {
  return Array.from({ length: count }, (_, index) => `f${index}=1`).join("&");
}
