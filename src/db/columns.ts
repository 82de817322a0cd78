import type { EntitySchemaColumnOptions, ValueTransformer } from "typeorm";
import { DefaultNamingStrategy } from "typeorm/naming-strategy/DefaultNamingStrategy.js";

// The kinds of column an EntitySchema is made of. Rows look the same on both engines; what the engines make of a kind
// stands beside its namesake in create-table.ts.

/** An id, a hash in hexadecimal, a word from a closed list: at most 64 characters. */
export const id = (): EntitySchemaColumnOptions => ({ type: "varchar" });

/** Text of people and merchants. Its length is checked by the table. */
export const text = (): EntitySchemaColumnOptions => ({ type: "text" });

/** A whole number, such as an amount in minor units: a JavaScript number, checked both ways to be exact. */
export const integer = (): EntitySchemaColumnOptions => ({ type: "bigint", transformer: exactInteger });

/** A moment: milliseconds since 1970-01-01T00:00:00Z. A number sorts, compares and has no time zone on any engine. */
export const time = (): EntitySchemaColumnOptions => integer();

/** True or false. */
export const flag = (): EntitySchemaColumnOptions => ({ type: "tinyint", transformer: trueOrFalse });

/** Anything JSON can say, kept as text: nobody searches inside it. */
export const json = (): EntitySchemaColumnOptions => ({ type: "text", transformer: jsonText });

/** Bytes, such as a sealed message: a Buffer. */
export const bytes = (): EntitySchemaColumnOptions => ({ type: "blob", transformer: buffer });

/** The row's key, alone or with others. */
export const primary = (column: EntitySchemaColumnOptions) => ({ ...column, primary: true });

/** May be null. */
export const optional = (column: EntitySchemaColumnOptions) => ({ ...column, nullable: true });

/** `merchantId` of a row is the column `merchant_id`. */
export class SnakeCaseColumns extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined): string {
    return customName ?? propertyName.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}

const exactInteger = transformer(exact, exact);

const trueOrFalse = transformer(
  (value) => (value === true ? 1 : 0),
  (stored) => Number(stored) === 1,
);

const jsonText = transformer(
  (value) => JSON.stringify(value),
  (stored) => JSON.parse(String(stored)) as unknown,
);

/** libsql hands over an ArrayBuffer. */
const buffer = transformer(
  (value) => value,
  (stored) => (stored instanceof ArrayBuffer ? Buffer.from(stored) : stored),
);

/** Null stays null; undefined stays for TypeORM to leave out. */
function transformer(to: (value: unknown) => unknown, from: (stored: unknown) => unknown): ValueTransformer {
  return { to: unlessEmpty(to), from: unlessEmpty(from) };
}

function unlessEmpty(convert: (value: unknown) => unknown) {
  return (value: unknown) => (value === null || value === undefined ? value : convert(value));
}

/** A server hands over a number beyond 2^53 as text; SQLite would round it. */
function exact(value: unknown): number {
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) {
    throw new RangeError(`Not a whole number that is exact: ${String(value)}`);
  }
  return number;
}
