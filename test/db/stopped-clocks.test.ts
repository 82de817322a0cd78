import t from "tap";

import { openDatabase } from "../../src/db/data-source.js";
import { silent } from "../support/database.js";
import { hostileServer } from "../support/hostile-server.js";

await t.test("the clock of a server runs, whatever its sessions begin with", async (t) => {
  const stopped = ["set timestamp = 1", "set timestamp = 2147483647"];
  // The last, which is MariaDB's and MySQL passes over, lets no session set its clock.
  for (const [option, statements] of [
    ["--sysdate-is-now", stopped],
    ["--skip-sysdate-is-now", stopped],
    ["--loose-secure-timestamp=YES", ["set names latin1"]],
  ] as const) {
    const server = await hostileServer(t, [option]);
    for (const statement of statements) {
      await server.with({ init_connect: statement }, async () => {
        const database = await openDatabase({
          url: server.url,
          dataDir: "",
          entities: [],
          migrations: [],
          log: silent,
        });
        await database.close();
        const off = Math.abs(database.clock.now() - Date.now());
        t.ok(off < 60_000, `${option}, ${statement}: ${off} ms off`);
      });
    }
  }
});
