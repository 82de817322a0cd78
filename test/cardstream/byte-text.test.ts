import * as fc from "fast-check";
import t from "tap";

import { bytesOfText, readableText, textOfBytes } from "../../src/cardstream/fields.js";
import { CODE_POINT } from "../support/any-text.js";

t.test("any bytes become a text that gives them back", async () => {
  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.string({ unit: CODE_POINT, maxLength: 4 }).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
      const bytes = Buffer.concat(parts);
      return bytesOfText(textOfBytes(bytes)).equals(bytes);
    }),
  );
});

t.test("what is UTF-8 is read as it is everywhere else, byte order mark included", async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: CODE_POINT }), (text) => {
      const bytes = Buffer.from(text);
      return textOfBytes(bytes) === bytes.toString("utf8");
    }),
  );
  t.equal(textOfBytes(Buffer.from("\uFEFFa")), "\uFEFFa");
});

t.test("a half of a pair that no byte stands behind is written as a replacement character", async (t) => {
  t.equal(bytesOfText("x\uD800y\uDC10").toString("hex"), Buffer.from("x\uFFFDy\uFFFD").toString("hex"));
});

t.test("a text for people is read as its writer meant it, as far as can be told", async (t) => {
  const cases: [bytes: string, text: string][] = [
    ["Ada", "Ada"],
    ["Jos\xE9", "José"],
    ["Jos\xE9 P\xE9rez", "José Pérez"],
    ["M\xFCller", "Müller"],
    ["\x93Zo\xEB", "Zoë"],
    ["Jos\xC3", "Jos"],
    ["Jos\xC3\xA9 Garc\xC3", "José Garc"],
    ["\xE6\x9D\x8E\xE5\xB0", "李"],
    ["\xE6\x9D\x8E\xE5", "李"],
    ["abc \xF0\x9F\xA6", "abc "],
    ["\xC3\xA9 \xFF x", "é \uFFFD x"],
    ["nul\0bell\x07del\x7F", "nulbelldel"],
    ["two\r\nlines\tand a tab", "two\r\nlines\tand a tab"],
  ];
  for (const [bytes, text] of cases) {
    t.equal(readableText(textOfBytes(Buffer.from(bytes, "latin1"))), text, JSON.stringify(bytes));
  }
});

t.test("a text for people is always well-formed, and has no control characters", async () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = readableText(textOfBytes(bytes));
      return text.isWellFormed() && !/\p{Cc}/u.test(text.replaceAll(/[\t\r\n]/g, ""));
    }),
  );
});
