import t from "tap";

import { isDuplicateKey } from "../../../src/db/engine/database-errors.js";
import { onMysql } from "../../support/database.js";

const LANGUAGES =
  "en_US de_DE fr_FR ja_JP zh_CN ko_KR ru_RU sr_RS el_GR cs_CZ uk_UA hu_HU it_IT ro_RO pl_PL".split(" ");

await onMysql(t, "a key that is taken is told in every language of a server", async (t, _, admin) => {
  await admin.query(
    "create table taken (id varchar(9) primary key, name varchar(9), unique key taken_name (name))",
  );
  await admin.query("insert into taken values (?, ?)", ["'PRIMARY'", "'PRIMARY'"]);
  for (const language of LANGUAGES) {
    await admin.query("set lc_messages = ?", [language]);
    const byKey = await failureOf(admin.query("insert into taken values (?, 'b')", ["'PRIMARY'"]));
    const byName = await failureOf(admin.query("insert into taken values ('b', ?)", ["'PRIMARY'"]));
    const told = [byKey, byName].map((error) => isDuplicateKey(error, "PRIMARY"));
    t.same(
      [...told, isDuplicateKey(byName, "taken_name")],
      [true, false, true],
      `${language}: ${String(byName)}`,
    );
  }
});

async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  return await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}
