import { existsSync } from "node:fs";

import t from "tap";

import { entities, migrations } from "../../../src/start/schema.js";
import { openDatabase } from "../../../src/db/data-source.js";
import { inTransaction } from "../../../src/db/transaction.js";
import { silent } from "../../support/database.js";
import { startGroup } from "../../support/servers/mysql-group.js";
import { SERVERS } from "../../support/servers/server-programs.js";

// Twenty seconds where nobody else needs the processor.
t.setTimeout(180_000);

const skip = SERVERS.mysql.find() === undefined && "there is no MySQL on this machine";

await t.test(
  "the primary of a group is used, and one with several primaries is refused",
  { skip },
  async (t) => {
    const group = await startGroup();
    t.teardown(() => group.stop());
    const open = (members = group.members) =>
      openDatabase({ url: urlOf(members), dataDir: "", entities, migrations, log: silent });
    const first = await group.primary();
    await first.ask((connection) => connection.query("create database pay"));

    const secondaries = group.members.filter((member) => member !== first);
    const database = await open([...secondaries, first]);
    t.teardown(() => database.close());
    const portInUse = async (): Promise<unknown> =>
      await inTransaction(database, "READ COMMITTED", async (tx) => {
        const [row] = (await tx.query("select @@port as port")) as { port: number }[];
        return row?.port;
      });
    t.equal(await portInUse(), first.port);

    await group.handOver();
    const second = await group.primary();
    t.not(second, first);

    await second.ask((connection) =>
      connection.query("select group_replication_switch_to_multi_primary_mode()"),
    );
    await t.rejects(open(), {
      message: /group with several primaries.*group_replication_single_primary_mode = ON/,
    });

    await group.stop();
    t.notOk(existsSync(group.folder), "and nothing of it is left");
  },
);

function urlOf(members: readonly { readonly port: number }[]): string {
  return `mysql://root@${members.map(({ port }) => `127.0.0.1:${port}`).join(",")}/pay`;
}
