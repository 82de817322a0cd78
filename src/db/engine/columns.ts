import type { EntitySchemaColumnOptions, EntitySchemaIndexOptions, Table, ValueTransformer } from "typeorm";
import { DefaultNamingStrategy } from "typeorm/naming-strategy/DefaultNamingStrategy.js";

// The kinds of column of an EntitySchema, as servers store them; sqlite-entities.ts maps them to the embedded
// engine. Only the migrations create tables, from the functions of equal names in create-table.ts: a test
// compares the two.

/** An id, a hash in hexadecimal or a word of a closed list: at most 64 characters. */
export const id = (): EntitySchemaColumnOptions => ({ type: "varchar", length: 64 });

/** Text entered by people or merchants, at most `length` characters. */
export const text = (length: number): EntitySchemaColumnOptions => ({ type: "varchar", length });

/**
 * A whole number, such as an amount in minor units: a JavaScript number, checked to be exact when written and
 * when read.
 */
export const integer = (): EntitySchemaColumnOptions => ({ type: "bigint", transformer: exactInteger });

/**
 * A time: milliseconds since 1970-01-01T00:00:00Z. A number sorts, compares and has no time zone on any
 * engine.
 */
export const time = (): EntitySchemaColumnOptions => integer();

/** True or false. */
export const flag = (): EntitySchemaColumnOptions => ({ type: "tinyint", transformer: trueOrFalse });

/** Any JSON value, stored as text: no query searches inside it. */
export const json = (): EntitySchemaColumnOptions => ({ type: "mediumtext", transformer: jsonText });

/** Bytes, such as a sealed message; read as a Buffer. */
export const bytes = (): EntitySchemaColumnOptions => ({ type: "mediumblob", transformer: buffer });

/** Part of the primary key. */
export const primary = (column: EntitySchemaColumnOptions) => ({ ...column, primary: true });

/** May be null. */
export const optional = (column: EntitySchemaColumnOptions) => ({ ...column, nullable: true });

/** An index over these properties. */
export const index = (...columns: string[]): EntitySchemaIndexOptions => ({ columns });

/** An index over these properties, unique in their combination. */
export const uniqueIndex = (...columns: string[]): EntitySchemaIndexOptions => ({ columns, unique: true });

/**
 * Maps the property `merchantId` to the column `merchant_id`, and names an index `<table>_<column>_<column>`.
 */
export class SnakeCaseColumns extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined): string {
    return customName ?? propertyName.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }

  override indexName(table: Table | string, columns: string[]): string {
    return [typeof table === "string" ? table : table.name, ...columns].join("_");
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

/** libsql returns an ArrayBuffer. */
const buffer = transformer(
  (value) => value,
  (stored) => (stored instanceof ArrayBuffer ? Buffer.from(stored) : stored),
);

/** Null stays null; undefined stays undefined, which TypeORM omits. */
function transformer(to: (value: unknown) => unknown, from: (stored: unknown) => unknown): ValueTransformer {
  return { to: unlessEmpty(to), from: unlessEmpty(from) };
}

function unlessEmpty(convert: (value: unknown) => unknown) {
  return (value: unknown) => (value === null || value === undefined ? value : convert(value));
}

/** A server returns a number beyond 2^53 as text; SQLite would round it. */
function exact(value: unknown): number {
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) {
    throw new RangeError(`Not a whole number that is exact: ${String(value)}`);
  }
  return number;
}
