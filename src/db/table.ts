import type { EntitySchema, EntitySchemaColumnOptions } from "typeorm";

import { SnakeCaseColumns } from "./columns.js";

/** A table as statements need it: made of its EntitySchema, which says everything once. */
export interface Table {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** `SELECT` with every column, up to the table's name. */
  readonly select: string;
  /** `INSERT` of one row with every column. */
  readonly insert: string;
  /** What stands for one more row behind that. */
  readonly placeholders: string;
  readonly byProperty: ReadonlyMap<string, TableColumn>;
}

/** A property of a row, and the column that holds it. */
export interface TableColumn {
  readonly property: string;
  readonly name: string;
  /** The name, quoted for both engines. */
  readonly column: string;
  readonly stored: (value: unknown) => unknown;
  readonly read: (stored: unknown) => unknown;
}

/** The table of a schema. */
export function tableOf<Row>(schema: EntitySchema<Row>): Table {
  const known = TABLES.get(schema);
  if (known !== undefined) return known;
  const table = describe(schema);
  TABLES.set(schema, table);
  return table;
}

const TABLES = new WeakMap<object, Table>();

function describe<Row>({ options }: EntitySchema<Row>): Table {
  const described = Object.entries<EntitySchemaColumnOptions | undefined>(options.columns);
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
