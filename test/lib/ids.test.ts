import * as fc from "fast-check";
import t from "tap";

import { firstId, type IdPrefix, isGatewayId, isId, newId } from "../../src/lib/ids.js";

const NOW = Date.parse("2026-11-22T15:30:00Z");

/** The first millisecond that seven digits of base 62 cannot hold: in the year 2081. */
const TIME_END = 62 ** 7;

/** Characters at the end of an id. */
const RANDOM_LENGTH = 21;

const aTime = fc.nat(TIME_END - 1);

t.test("a time that seven characters cannot hold is refused", async (t) => {
  for (const now of [-1, Number.NaN, TIME_END, Number.POSITIVE_INFINITY]) {
    t.throws(() => newId("cs", now), RangeError, String(now));
  }
});

t.test("an id is its prefix and letters and digits", async (t) => {
  const prefixes: IdPrefix[] = ["cs", "pi", "pm", "cus", "evt", "mer", "key", "gr", "req", "hpp"];
  for (const prefix of prefixes) t.match(newId(prefix, NOW), new RegExp(`^${prefix}_[0-9A-Za-z]{29}$`));
});

t.test("the random part cannot be guessed", async (t) => {
  const randomParts = Array.from({ length: 10_000 }, () => newId("cs", NOW).slice(-RANDOM_LENGTH));
  for (let position = 0; position < RANDOM_LENGTH; position++) {
    const seen = new Set(randomParts.map((text) => text[position]));
    t.equal(seen.size, 62, `all digits occur at position ${position}`);
  }
  t.ok(RANDOM_LENGTH * Math.log2(62) >= 120, "at least 120 bits");
});

t.test("10 000 ids of one millisecond are distinct", async (t) => {
  const ids = new Set(Array.from({ length: 10_000 }, () => newId("cs", NOW)));
  t.equal(ids.size, 10_000);
});

t.test("62 ids of one millisecond sort in the order of their making, whatever their prefix", async (t) => {
  const ids = Array.from({ length: 62 }, (_, index) => newId(index % 2 === 0 ? "cs" : "evt", NOW + 1));
  const ordered = ids.map((id) => id.slice(id.indexOf("_"), -RANDOM_LENGTH));
  t.strictSame(ordered.toSorted(), ordered);
  t.equal(new Set(ordered).size, 62);
});

t.test(
  "ids of one time sort in the order of their making, whatever is made of other times in between",
  async (t) => {
    const ids = Array.from({ length: 20 }, (_, index) => {
      newId("cs", NOW + 6);
      newId("cs", NOW - index);
      return newId("evt", NOW + 5).slice(0, -RANDOM_LENGTH);
    });
    t.strictSame(ids.toSorted(), ids);
    t.equal(new Set(ids).size, 20);
  },
);

t.test("more than 62 ids of one millisecond still sort among those of other milliseconds", async (t) => {
  const before = newId("cs", NOW + 2);
  const ids = Array.from({ length: 200 }, () => newId("cs", NOW + 3));
  const after = newId("cs", NOW + 4);
  t.ok(ids.every((id) => before < id && id < after));
});

t.test(
  "every id of a time or later sorts behind what begins that time, every older one before it",
  async (t) => {
    t.equal(firstId("cs", -1), firstId("cs", 0));
    t.equal(firstId("cs", Number.POSITIVE_INFINITY), firstId("cs", TIME_END - 1));
    fc.assert(fc.property(aTime, aTime, (a, b) => newId("cs", a) >= firstId("cs", b) === a >= b));
  },
);

t.test("ids sort by their time, as text and as bytes", async () => {
  fc.assert(
    fc.property(aTime, aTime, (a, b) => {
      fc.pre(a < b);
      const [older, newer] = [newId("cs", a), newId("cs", b)];
      return older < newer && Buffer.compare(Buffer.from(older), Buffer.from(newer)) < 0;
    }),
    {
      examples: [
        [61, 62],
        [62 ** 6 - 1, 62 ** 6],
        [NOW, NOW + 1],
        [0, TIME_END - 1],
      ],
    },
  );
});

t.test("an id stands in a URL as it is", async () => {
  fc.assert(
    fc.property(aTime, (now) => {
      const id = newId("cs", now);
      return (
        encodeURIComponent(id) === id && new URL(`https://pay.example/pay/${id}`).pathname === `/pay/${id}`
      );
    }),
  );
});

t.test("what has not the form of an id is none, and what has it is one", async (t) => {
  for (const text of [
    "",
    "cs_",
    "cs",
    "pi_abc",
    "cs_a-1",
    "cs_a'",
    "cs_a\n",
    " cs_a",
    "cs_ħ",
    `cs_${"a".repeat(61)}`,
  ])
    t.notOk(isId("cs", text), text);
  for (const text of [newId("cs", NOW), "cs_1", `cs_${"a".repeat(60)}`]) t.ok(isId("cs", text), text);
  for (const text of ["", "1 2", "1'", "1;", "ħ", "1".repeat(65)]) t.notOk(isGatewayId(text), text);
  for (const text of ["100856", "my-alias_1", "26112215WH25PT42SH12ABC"]) t.ok(isGatewayId(text), text);
});
