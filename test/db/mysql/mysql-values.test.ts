import { isDeepStrictEqual } from "node:util";

import * as fc from "fast-check";
import t from "tap";

import { formatSql } from "../../../src/db/mysql/mysql-values.js";
import { onEmptyMysql } from "../../support/database.js";
import { openSamples } from "../../support/sample-table.js";
import { CODE_POINT } from "../../support/any-text.js";

await t.test("what no column holds is refused, and so is a question mark without a value", async (t) => {
  for (const value of [undefined, Number.NaN, Infinity, new Date(0), ["a"], { a: 1 }, () => "a", Symbol("a")])
    t.throws(() => formatSql("select ?", [value]), TypeError);
  t.throws(() => formatSql("select ?, ?", ["a"]), { message: /More question marks/ });
  t.throws(() => formatSql("select ?", ["a", "b"]), { message: /More values/ });
});

await t.test("values stand in the place of their question marks", async (t) => {
  t.equal(formatSql("select 1", []), "select 1");
  t.equal(formatSql("select 1", undefined), "select 1");
  const bytes = [Buffer.from([0, 39]), Buffer.from('{"a":1}'), Buffer.from("it's"), Buffer.from([])];
  const values = ["a?b", -1, 2n ** 64n, true, false, null, ...bytes, "", "it's"];
  const sql = values.map(() => "?").join(" ");
  const numbers = "-1 18446744073709551616 1 0 NULL";
  const inBytes = `X'0027' _binary'{"a":1}' X'69742773' X''`;
  t.equal(formatSql(sql, values), `'a?b' ${numbers} ${inBytes} _utf8mb4 X'' _utf8mb4 X'69742773'`);
});

await t.test("no text has a character that any server could take for more than a text", async (t) => {
  const harmless = /^(_utf8mb4 X'([0-9a-f]{2})*'|'[^'\\`;\p{Cc}\P{ASCII}]+')$/u;
  const isHarmless = (text: string): boolean => harmless.test(formatSql("?", [text]));
  t.doesNotThrow(() => fc.assert(fc.property(fc.string({ unit: CODE_POINT }), isHarmless)));
  t.doesNotThrow(() => fc.assert(fc.property(fc.string({ unit: "grapheme-ascii" }), isHarmless)));
  const inBytes = /^(X'([0-9a-f]{2})*'|_binary'[^'\\`;\p{Cc}\P{ASCII}]+')$/u;
  const areHarmless = (bytes: Uint8Array): boolean => inBytes.test(formatSql("?", [bytes]));
  const ascii = fc.string({ unit: "grapheme-ascii" }).map((text) => Buffer.from(text));
  t.doesNotThrow(() => fc.assert(fc.property(fc.oneof(fc.uint8Array(), ascii), areHarmless)));
});

await onEmptyMysql(t, "a server reads every text and all bytes as they were written", async (t, engine) => {
  const { manager } = await openSamples(engine);
  const comesBack = async (values: (string | Buffer)[]): Promise<boolean> => {
    const columns = values.map((_, i) => `? as c${i}`);
    const [row] = await manager.query(`select ${columns.join(", ")}`, values);
    return values.every((value, i) => isDeepStrictEqual(row[`c${i}`], value));
  };
  const text = fc.string({ unit: CODE_POINT });
  const bytes = fc
    .oneof(
      fc.uint8Array(),
      fc.string({ unit: "grapheme-ascii" }).map((ascii) => Buffer.from(ascii)),
    )
    .map((value) => Buffer.from(value));
  const values = fc.array(fc.oneof(text, bytes), { minLength: 1, maxLength: 20 });
  const runs = fc.assert(fc.asyncProperty(values, comesBack), { numRuns: 50 });
  await t.resolves(runs);
});
