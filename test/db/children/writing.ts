// Writes rows without end once it is told to, and answers with the id of each after its commit; answers "ping" too.
import { openDatabase } from "../../../src/db/data-source.js";
import { createLog } from "../../../src/lib/log.js";
import { aSample, saveSamples, storedIds, samples } from "../../support/sample-table.js";

const { dataDir, name } = JSON.parse(process.argv[2] ?? "") as { dataDir: string; name: string };
const log = createLog("debug", { write: (line) => void process.send?.({ log: line }) });
const database = await openDatabase({ url: undefined, dataDir, entities: [samples], migrations: [], log });

process.on("message", (message) => {
  if (message === "write") for (const lane of ["a", "b", "c", "d"]) void writeInLane(`${name}${lane}`);
  if (message === "ping") void storedIds(database).then((ids) => process.send?.({ pong: ids.length }));
});
process.send?.({ log: "ready" });

async function writeInLane(lane: string): Promise<void> {
  for (let count = 0; ; count++) {
    const id = `${lane}${count}`;
    await saveSamples(database, aSample({ id }));
    process.send?.({ acknowledged: id });
    await new Promise((resolve) => setImmediate(resolve)); // Lets messages in.
  }
}
