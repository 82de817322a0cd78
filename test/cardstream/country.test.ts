import t from "tap";

import { countryOf } from "../../src/cardstream/card.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
const PAIRS = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
const COUNTRIES = PAIRS.filter((pair) => countryOf(pair) === pair);

t.test("what is no country has no code", async (t) => {
  for (const text of [
    "",
    "X",
    "XX",
    "XXX",
    "999",
    "000",
    "26",
    "0826",
    "G B",
    "United Kingdom",
    "__proto__",
  ]) {
    t.equal(countryOf(text), undefined, text);
  }
});

t.test("each of a country's three codes leads to its two letters", async (t) => {
  for (const [two, three, digits] of [
    ["GB", "GBR", "826"],
    ["US", "USA", "840"],
    ["DE", "DEU", "276"],
    ["CH", "CHE", "756"],
    ["AF", "AFG", "004"],
    ["ZW", "ZWE", "716"],
  ] as const) {
    for (const code of [two, three, digits, two.toLowerCase(), ` ${three} `])
      t.equal(countryOf(code), two, code);
  }
});

t.test("all 249 countries are there under three codes, as the runtime's own data have them", async (t) => {
  t.equal(COUNTRIES.length, 249);
  const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  for (const country of COUNTRIES) t.ok(names.of(country), country);
  const numbers = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, "0"));
  const known = numbers.filter((digits) => countryOf(digits) !== undefined);
  t.equal(new Set(known.map(countryOf)).size, 249);
  for (const digits of known) t.same(Intl.getCanonicalLocales(`und-${digits}`), [`und-${countryOf(digits)}`]);
  const triples = PAIRS.flatMap((pair) => LETTERS.map((third) => pair + third));
  t.equal(new Set(triples.flatMap((triple) => countryOf(triple) ?? [])).size, 249);
});
