import type { EntitySchema, EntitySchemaColumnOptions, ObjectLiteral } from "typeorm";

import { memoize } from "../../lib/memoize.js";
import { SnakeCaseColumns } from "../engine/columns.js";

/** A table as statements need it, derived from its EntitySchema. */
export interface Table {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** `SELECT` with every column, up to the table's name. */
  readonly select: string;
  /** `INSERT` of one row with every column. */
  readonly insert: string;
  /** The placeholders of one further row. */
  readonly placeholders: string;
  readonly byProperty: ReadonlyMap<string, TableColumn>;
}

/** Some columns of a table, or all of them, as they are read into a `Part` of its rows. */
export interface Columns<Part extends ObjectLiteral> {
  readonly columns: readonly TableColumn[];
  /** `SELECT` with these columns, up to the table's name. */
  readonly select: string;
  /** For the compiler alone. */
  readonly part?: Part;
}

/** What is read of a row. */
export type PartOf<Read> = Read extends Columns<infer Part> ? Part : never;

/** A property of a row, and its column. */
export interface TableColumn {
  readonly property: string;
  readonly name: string;
  /** The column's name, quoted for both engines. */
  readonly column: string;
  readonly stored: (value: unknown) => unknown;
  readonly read: (stored: unknown) => unknown;
}

/** Derives the table of a schema, once for each. */
export const tableOf = memoize(({ options }: Schema): Table => {
  const described = Object.entries(options.columns as Record<string, EntitySchemaColumnOptions | undefined>);
  const columns = described.map(([property, column]) => columnOf(property, column ?? { type: "text" }));
  const name = `\`${options.tableName ?? options.name}\``;
  const list = columns.map(({ column }) => column).join(", ");
  const placeholders = `(${columns.map(() => "?").join(", ")})`;
  return {
    name,
    columns,
    select: `SELECT ${list} FROM ${name}`,
    insert: `INSERT INTO ${name} (${list}) VALUES ${placeholders}`,
    placeholders,
    byProperty: new Map(columns.map((column) => [column.property, column])),
  };
});

/**
 * Names the columns that a question needs, once for each question. Others may be long, and each column costs server
 * and driver time in every answer, even in one without rows.
 */
export function columnsOf<Row extends ObjectLiteral, Property extends keyof Row & string>(
  schema: EntitySchema<Row>,
  ...properties: readonly Property[]
): Columns<Pick<Row, Property>> {
  const { name, byProperty } = tableOf(schema);
  const columns = properties.flatMap((property) => byProperty.get(property) ?? []);
  return { columns, select: `SELECT ${columns.map(({ column }) => column).join(", ")} FROM ${name}` };
}

/** An EntitySchema of any row type. */
interface Schema {
  readonly options: { readonly name: string; readonly tableName?: string; readonly columns: object };
}

function columnOf(
  property: string,
  { name: customName, transformer }: EntitySchemaColumnOptions,
): TableColumn {
  if (Array.isArray(transformer)) throw new Error(`${property} has several transformers`);
  const name = NAMES.columnName(property, customName);
  return {
    property,
    name,
    column: `\`${name}\``,
    stored: transformer === undefined ? asItIs : (value) => transformer.to(value) as unknown,
    read: transformer === undefined ? asItIs : (stored) => transformer.from(stored) as unknown,
  };
}

function asItIs(value: unknown): unknown {
  return value;
}

const NAMES = new SnakeCaseColumns();
