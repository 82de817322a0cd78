import type { EntitySchemaColumnOptions } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

/**
 * The entity as the embedded engine stores it. It keeps its name, by which TypeORM finds a query's entity.
 */
export function sqliteEntity({ options }: EntitySchema): EntitySchema {
  const columns = Object.entries(options.columns).map(
    ([property, column]) => [property, column && sqliteColumn(column)] as const,
  );
  return new EntitySchema(Object.assign({}, options, { columns: Object.fromEntries(columns) }));
}

function sqliteColumn(column: EntitySchemaColumnOptions): EntitySchemaColumnOptions {
  const type = TYPES.get(column.type);
  if (type === undefined) throw new Error(`SQLite stores no ${String(column.type)}`);
  const sqlite: EntitySchemaColumnOptions = { ...column, type };
  delete sqlite.length; // The table checks lengths itself.
  return sqlite;
}

const TYPES = new Map<EntitySchemaColumnOptions["type"], "text" | "integer" | "blob">([
  ["varchar", "text"],
  ["mediumtext", "text"],
  ["bigint", "integer"],
  ["tinyint", "integer"],
  ["mediumblob", "blob"],
]);
