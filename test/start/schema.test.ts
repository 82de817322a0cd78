import t from "tap";
import type { EntitySchema } from "typeorm";
import { EntitySchema as Schema } from "typeorm/entity-schema/EntitySchema.js";

import type { Database } from "../../src/db/engine/database.js";
import { migrate } from "../../src/db/migrate.js";
import { entities, migrations } from "../../src/start/schema.js";
import { eachEmptyEngine } from "../support/database.js";

/** What TypeORM would do to make the tables as the entities are, if it were let. */
async function planOf({ dataSource }: Database): Promise<string[]> {
  for (const metadata of dataSource.entityMetadatas) metadata.synchronize = true;
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

/** The entities with another table in the place of one. */
function withOther(name: string, change: Partial<EntitySchema["options"]>) {
  return entities.map((schema) =>
    schema.options.name === name ? new Schema(Object.assign({}, schema.options, change)) : schema,
  );
}

await t.test("no entity lets TypeORM change its table", async (t) => {
  for (const { options } of entities) t.equal(options.synchronize, false, options.name);
});

await eachEmptyEngine(t, "the migrations make the tables that the entities describe", async (t, engine) => {
  const database = await engine.open({ entities, migrations });
  await migrate(database);
  t.same(await planOf(database), []);
});

await eachEmptyEngine(t, "what an entity says differently is seen", async (t, engine) => {
  const { columns } = entities.find(({ options }) => options.name === "merchant")?.options ?? { columns: {} };
  const others: Partial<EntitySchema["options"]>[] = [
    { indices: [] },
    { columns: { ...columns, other: { type: "bigint" } } },
    { columns: { ...columns, name: { type: "mediumblob" } } },
    { columns: { ...columns, name: { type: "varchar", length: 250, nullable: true } } },
  ];
  for (const other of others) {
    const database = await engine.open({ entities: withOther("merchant", other), migrations });
    await migrate(database);
    t.not((await planOf(database)).length, 0, JSON.stringify(other));
  }
});
