// A stranger to our code: takes the write lock of a database file, or locks readers out too, and gives it back.
import Libsql from "libsql";

const { file } = JSON.parse(process.argv[2] ?? "") as { file: string };
const connection = new Libsql(file, { timeout: 10_000 });
let rows = 0;

process.on("message", (message) => {
  if (message === "take" || message === "seize") {
    connection.exec(message === "take" ? "begin immediate" : "begin exclusive");
    const id = `held ${rows++}`;
    connection.exec(`insert into sample values ('${id}', 'holder', '${id}', 1, 0, 0, '{}', null)`);
    process.send?.("taken");
  }
  if (message === "give") {
    connection.exec("commit");
    process.send?.("given");
  }
});
process.send?.("ready");
