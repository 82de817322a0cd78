import * as fc from "fast-check";
import t from "tap";

import { type Field, rootName } from "../../src/cardstream/fields.js";
import { digest, isSigned, sign, signed, signingText } from "../../src/cardstream/signed-message.js";
import { vectors } from "../support/signature-vectors.js";

const SECRET = "Circle4Take40Idea";

/** A few short roots and keys, so that records meet and interleave; never a text and a record of one name. */
const aName = fc
  .tuple(
    fc.constantFrom("a", "aa", "aZ", "a1", "b", "_c"),
    fc.array(fc.constantFrom("0", "1", "x"), { maxLength: 3 }),
  )
  .map(([root, keys]) => `${root}${keys.length}${keys.map((key) => `[${key}]`).join("")}`);
const aMessage: fc.Arbitrary<Field[]> = fc.uniqueArray(
  fc.tuple(aName, fc.string({ unit: fc.constantFrom(...Array.from("abc09 *~é&=[]\r\n")), maxLength: 6 })),
  { selector: ([name]) => name, minLength: 1, maxLength: 12 },
);

for (const vector of vectors) {
  t.test(`the signature of ${vector.name} is the published one`, async (t) => {
    t.equal(signingText(vector.covered), vector.signingText);
    t.equal(digest(vector.covered, vector.secret), vector.hash);
  });
}

for (const vector of vectors.filter(({ partial }) => partial !== undefined)) {
  t.test(`${vector.name} is refused, being signed in part`, async (t) => {
    const message: Field[] = [...vector.fields, ["signature", `${vector.hash}|${vector.partial?.join()}`]];
    t.equal(isSigned(message, [vector.secret]), false);
  });
}

for (const vector of vectors.filter(({ partial, secret }) => partial === undefined && secret !== "")) {
  t.test(`${vector.name} is accepted as it is, and refused with a list of its fields`, async (t) => {
    const names = [...new Set(vector.fields.map(([name]) => rootName(name)))];
    const withSignature = (text: string): Field[] => [...vector.fields, ["signature", text]];
    t.equal(isSigned(withSignature(vector.hash), [vector.secret]), true);
    t.equal(isSigned(withSignature(`${vector.hash}|${names.join()}`), [vector.secret]), false);
    t.equal(
      isSigned(withSignature(`${vector.hash}|${[...names, "signature"].join()}`), [vector.secret]),
      false,
    );
    t.equal(isSigned(withSignature(`${vector.hash}|`), [vector.secret]), false);
  });
}

t.test("an empty secret signs nothing and verifies nothing", async (t) => {
  const fields: Field[] = [["responseCode", "0"]];
  const forged: Field[] = [...fields, ["signature", digest(fields, "")]];
  t.throws(() => sign(fields, ""), /empty secret/);
  t.throws(() => signed(fields, ""), /empty secret/);
  t.equal(isSigned(forged, [""]), false);
  t.equal(isSigned(forged, ["", SECRET]), false);
  t.equal(isSigned(forged, []), false);
});

t.test("a signature of another form than 128 hex digits is refused", async (t) => {
  const fields: Field[] = [["responseCode", "0"]];
  const hash = sign(fields, SECRET);
  const forms = [
    "",
    hash.slice(1),
    `${hash}0`,
    hash.toUpperCase(),
    ` ${hash}`,
    `${hash}\n`,
    `g${hash.slice(1)}`,
    "0".repeat(128),
  ];
  for (const form of forms) t.equal(isSigned([...fields, ["signature", form]], [SECRET]), false, form);
  t.equal(isSigned(fields, [SECRET]), false, "no signature at all");
});

t.test("a field below the name of the signature is covered like any other", async (t) => {
  const message = signed([["responseCode", "0"]], SECRET);
  t.equal(isSigned([...message, ["signature[x]", "1"]], [SECRET]), false);
});

t.test("another secret does not verify, and one that was replaced does while it is listed", async (t) => {
  const message = signed([["responseCode", "0"]], "the old secret");
  t.equal(isSigned(message, ["the new secret"]), false);
  t.equal(isSigned(message, ["the old secre"]), false);
  t.equal(isSigned(message, ["the new secret", "the old secret"]), true);
});

t.test("one changed character anywhere breaks the signature", async () => {
  const lineEnding = /[\r\n]/; // All of them are one to the signature.
  fc.assert(
    fc.property(
      aMessage,
      fc.nat(),
      fc.boolean(),
      fc.nat(),
      fc.constantFrom(...Array.from("abcABCXYZ059 []|")),
      (fields, ...how) => {
        const [which, inName, where, character] = how;
        const message = signed(fields, SECRET);
        const index = which % message.length;
        const [name, value] = message[index] ?? ["", ""];
        const text = inName ? name : value;
        const place = where % Math.max(text.length, 1);
        fc.pre(text !== "" && text[place] !== character && !lineEnding.test(text[place] ?? ""));
        const changed = text.slice(0, place) + character + text.slice(place + 1);
        message[index] = inName ? [changed, value] : [name, changed];
        return !isSigned(message, [SECRET]);
      },
    ),
    { numRuns: 1000 },
  );
});

t.test("a field added, left out, or moved to another name breaks the signature", async () => {
  fc.assert(
    fc.property(aMessage, fc.nat(), fc.constantFrom("", "1"), (fields, which, value) => {
      const message = signed(fields, SECRET);
      const without = message.toSpliced(which % message.length, 1);
      return !isSigned(without, [SECRET]) && !isSigned([...message, ["responseCode", value]], [SECRET]);
    }),
  );
});

t.test("the order of the roots does not matter, as long as each record keeps its own", async () => {
  fc.assert(
    fc.property(aMessage, fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), (fields, weights) => {
      const roots = [...new Set(fields.map(([name]) => rootName(name)))];
      const weight = (field: Field): number => weights[roots.indexOf(rootName(field[0]))] ?? 0;
      const shuffled = fields.toSorted((a, b) => weight(a) - weight(b));
      return (
        digest(shuffled, SECRET) === digest(fields, SECRET) && isSigned(signed(shuffled, SECRET), [SECRET])
      );
    }),
  );
});

t.test("the order within a record matters", async (t) => {
  const fields: Field[] = [
    ["items[0][amount]", "1"],
    ["items[0][quantity]", "2"],
  ];
  t.not(digest(fields, SECRET), digest(fields.toReversed(), SECRET));
});

t.test("records that arrived interleaved are put together as PHP's arrays do, at every depth", async (t) => {
  const fields: Field[] = [
    ["x[y][z]", "1"],
    ["x[3]", "2"],
    ["a", "3"],
    ["x[y][a][q]", "4"],
    ["x[y][b]", "5"],
    ["x[y][a][p]", "6"],
  ];
  t.equal(
    decodeURIComponent(signingText(fields)),
    "a=3&x[y][z]=1&x[y][a][q]=4&x[y][a][p]=6&x[y][b]=5&x[3]=2",
  );
});

t.test("a text and a record of one name are signed in one order, whichever came first", async (t) => {
  const fields: Field[] = [
    ["x[y][z]", "1"],
    ["x", "2"],
    ["x[y]", "3"],
  ];
  for (const arrived of [fields, fields.toReversed(), [...fields.slice(1), ...fields.slice(0, 1)]]) {
    t.equal(decodeURIComponent(signingText(arrived)), "x=2&x[y]=3&x[y][z]=1");
  }
});

t.test("what is signed is what PHP makes of the same arrays", async () => {
  fc.assert(
    fc.property(aMessage, (fields) => {
      const expected = buildQuery(tree(fields)).replaceAll(/%0D%0A|%0A%0D|%0D/g, "%0A");
      return signingText(fields) === expected;
    }),
    { numRuns: 1000 },
  );
});

t.test("the signature stands behind the fields and does not cover itself", async (t) => {
  const fields: Field[] = [
    ["b", "1"],
    ["a", "2"],
  ];
  const message = signed(fields, SECRET);
  t.strictSame(message, [...fields, ["signature", digest(fields, SECRET)]]);
  t.equal(sign(message, SECRET), sign(fields, SECRET));
});

/** A second way to the same text: PHP's nested arrays, whose keys keep the order in which they were first set. */
interface Tree extends Map<string, Tree | string> {}

function tree(fields: readonly Field[]): Tree {
  const root: Tree = new Map();
  for (const [name, value] of fields) {
    const [first = "", ...keys] = name.replaceAll("]", "").split("[");
    let node = root;
    for (const [depth, key] of [first, ...keys].entries()) {
      if (depth === keys.length) node.set(key, value);
      else node = grow(node, key);
    }
  }
  return new Map([...root].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}

function grow(node: Tree, key: string): Tree {
  const known = node.get(key);
  if (known instanceof Map) return known;
  const created: Tree = new Map();
  node.set(key, created);
  return created;
}

function buildQuery(node: Tree, prefix = ""): string {
  return [...node]
    .map(([key, child]) => {
      const name = prefix === "" ? key : `${prefix}[${key}]`;
      return typeof child === "string" ? `${urlencode(name)}=${urlencode(child)}` : buildQuery(child, name);
    })
    .join("&");
}

function urlencode(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (/[A-Za-z0-9._-]/.test(character)) return character;
      return character === " " ? "+" : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}
