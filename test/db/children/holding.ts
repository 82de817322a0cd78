// A stranger to our code that takes the write lock of a database file, or the file as a whole, and gives it back.
import Libsql from "libsql";

const { file } = JSON.parse(process.argv[2] ?? "") as { file: string };
const connection = new Libsql(file, { timeout: 10_000 });
let rows = 0;

process.on("message", (message) => {
  if (message === "seize") connection.exec("pragma locking_mode = exclusive");
  if (message === "take" || message === "seize") {
    connection.exec("begin immediate");
    const id = `held ${rows++}`;
    connection.exec(`insert into thing values ('${id}', 'holder', '${id}', 1, 0, 0, '{}', null)`);
    process.send?.("taken");
  }
  if (message === "give") {
    connection.exec("commit");
    process.send?.("given");
  }
  if (message === "end") {
    connection.close();
    process.disconnect();
  }
});
process.send?.("ready");
