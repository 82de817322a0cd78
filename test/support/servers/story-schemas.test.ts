import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import t, { type Test } from "tap";

import { onMysql } from "../database.js";
import { TEMPLATE_VARIABLES } from "./template-place.js";

/** What a story leaves behind in its schema. */
const LEFT: Readonly<Record<string, (admin: Connection) => Promise<unknown>>> = {
  "a column more": (admin) => admin.query("ALTER TABLE merchant ADD COLUMN more int"),
  "an index more": (admin) => admin.query("CREATE INDEX more ON secrets_key_check (check_value)"),
  "a table more": (admin) => admin.query("CREATE TABLE more (id int)"),
};

if (process.env[TEMPLATE_VARIABLES.schema] === undefined) t.comment("left out: the server was given");
else {
  for (const [what, leave] of Object.entries(LEFT)) {
    await t.test(`a story that leaves ${what} leaves its schema to nobody`, async (t) => {
      const name = await schemaOf(t, leave);
      t.not(await schemaOf(t), name);
    });
  }

  await t.test("a story whose connection is still open leaves its schema to nobody", async (t) => {
    const open: Connection[] = [];
    const name = await schemaOf(t, async (admin) => {
      const url = new URL(process.env["TEST_DATABASE_URL"] ?? "");
      url.pathname = admin.config.database ?? "";
      open.push(await createConnection(url.href));
    });
    t.not(await schemaOf(t), name);
    for (const connection of open) await connection.end();
  });

  await t.test("the next story gets the schema of the one before, without its rows", async (t) => {
    const name = await schemaOf(t, (admin) =>
      admin.query("INSERT INTO secrets_key_check (id, check_value) VALUES (7, 'x')"),
    );
    const found: number[][] = [];
    t.equal(await schemaOf(t, async (admin) => void found.push(await rowsOf(admin))), name);
    t.equal(found[0]?.[0], 0);
    t.ok((found[0]?.[1] ?? 0) > 10, "the migrations are noted");
  });
}

/** The name of the schema in which a story did this. */
async function schemaOf(
  t: Test,
  act: (admin: Connection) => Promise<unknown> = async () => {},
): Promise<string> {
  const names: string[] = [];
  await onMysql(t, "a story", async (t, engine, admin) => {
    t.pass();
    names.push(new URL(engine.place.url ?? "").pathname);
    await act(admin);
  });
  return names[0] ?? "";
}

/** How many rows the two tables have. */
async function rowsOf(admin: Connection): Promise<number[]> {
  const counted = ["secrets_key_check", "migrations"].map((table) => `SELECT count(*) AS n FROM ${table}`);
  const [answer] = await admin.query<RowDataPacket[]>(counted.join(" UNION ALL "));
  return answer.map(({ n }) => Number(n));
}
