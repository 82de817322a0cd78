import * as fc from "fast-check";

const SURROGATES = 0x800;
const FIRST_SURROGATE = 0xd800;
const LAST = 0x10_ffff;

/**
 * Any code point that text can hold, for `fc.string({ unit: CODE_POINT })`: those of fast-check's own unit "binary",
 * which first makes a table of all 1.1 million, a second of CPU in each process of tests.
 */
export const CODE_POINT: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: LAST - SURROGATES })
  .map(characterOf, indexOf);

function characterOf(index: number): string {
  return String.fromCodePoint(index < FIRST_SURROGATE ? index : index + SURROGATES);
}

/** By which fast-check puts texts that are dangerous to programs among the others, and shrinks. */
function indexOf(character: unknown): number {
  const point = typeof character === "string" ? (character.codePointAt(0) ?? 0) : 0;
  const index = point < FIRST_SURROGATE ? point : point - SURROGATES;
  if (characterOf(index) !== character) throw new Error("Not one code point of a text.");
  return index;
}
