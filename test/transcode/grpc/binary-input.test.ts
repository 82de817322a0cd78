import * as fc from "fast-check";
import t from "tap";

import { BinaryInput } from "../../../src/transcode/grpc/binary-input.js";

const MISS = { name: "FastPathMiss" };

function input(hex: string): BinaryInput {
  return new BinaryInput(Buffer.from(hex, "hex"));
}

t.test("what is cut off, too large or no text is none of its business", async (t) => {
  t.throws(() => input("").varint(), MISS);
  t.throws(() => input("80").varint(), MISS);
  t.throws(() => input("8080808080808001").varint(), MISS);
  t.throws(() => input("8080808008").int32(), MISS);
  t.throws(() => input("0361").text(), MISS);
  t.throws(() => input("02c328").text(), MISS);
  t.throws(() => input("03efbbbf").text(), MISS);
  t.throws(() => input("0261").message(() => 1), MISS);
});

t.test("a message must be read to its end, and no further", async (t) => {
  t.throws(() => input("020102").message((inside) => inside.varint()), MISS);
  t.throws(() => input("01800102").message((inside) => inside.varint()), MISS);
  const outer = input("02010203");
  t.same(
    outer.message((inside) => [inside.varint(), inside.varint(), inside.more]),
    [1, 2, false],
  );
  t.equal(outer.more, true);
  t.equal(outer.varint(), 3);
});

t.test("messages within messages have an end", async (t) => {
  const bytes = Buffer.alloc(100, 0);
  for (let at = 0; at < bytes.length; at++) bytes[at] = bytes.length - 1 - at;
  const nested = (inside: BinaryInput): number => (inside.more ? inside.message(nested) : 0);
  t.throws(() => nested(new BinaryInput(bytes)), MISS);
});

t.test("numbers are read up to 49 bits", async () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 49 - 1 }), (number) => {
      const bytes: number[] = [];
      let rest = BigInt(number);
      for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
      bytes.push(Number(rest));
      return new BinaryInput(Buffer.from(bytes)).varint() === number;
    }),
  );
});

t.test("texts are read whatever their alphabet", async () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), (text) => {
      fc.pre(!text.startsWith("\ufeff"));
      const bytes = Buffer.from(text);
      return new BinaryInput(Buffer.concat([Buffer.from([bytes.length]), bytes])).text() === text;
    }),
  );
});
