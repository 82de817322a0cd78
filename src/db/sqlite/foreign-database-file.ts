import type { Database } from "../engine/database.js";

/**
 * Throws if the embedded file belongs to another program: this service never adds its tables to such a file.
 * (On a server several programs may share a database.)
 */
export async function refuseForeignFile({ engine, manager }: Database): Promise<void> {
  if (engine !== "sqlite") return;
  const tables: { name: string }[] = await manager.query(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'",
  );
  const names = new Set(tables.map(({ name }) => name));
  if (names.size === 0 || (names.has("migrations") && names.has("merchant"))) return;
  throw new Error("calmony-pay.db is another program's database: its tables are not ours.");
}
