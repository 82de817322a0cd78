// Migrates the database it is told of, as soon as it is told to, and answers with the names of what it applied.
import { migrate } from "../../../src/db/migrate.js";
import { openDatabase } from "../../../src/db/data-source.js";
import { silent } from "../../support/database.js";
import { CreateSamples1700000000000, FillSamples1700000000001 } from "../../support/sample-table.js";

const place = JSON.parse(process.argv[2] ?? "") as { url?: string; dataDir: string };
const migrations = [CreateSamples1700000000000, FillSamples1700000000001];

process.once("message", () => {
  void run().then(() => process.disconnect());
});
process.send?.("ready");

async function run(): Promise<void> {
  const parts = { ...place, url: place.url, entities: [], migrations, log: silent };
  const database = await openDatabase(parts);
  process.send?.(await migrate(database));
  await database.close();
}
