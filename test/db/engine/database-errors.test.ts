import { type AddressInfo, createServer, type Socket } from "node:net";

import { createConnection } from "mysql2/promise";
import t, { type Test } from "tap";

import {
  closesConnection,
  isDatabaseAway,
  isDuplicateKey,
  isSurelyUndone,
  isWorthAnotherRun,
} from "../../../src/db/engine/database-errors.js";
import { onEmptyMysql } from "../../support/database.js";

const LANGUAGES =
  "en_US de_DE fr_FR ja_JP zh_CN ko_KR ru_RU sr_RS el_GR cs_CZ uk_UA hu_HU it_IT ro_RO pl_PL".split(" ");

await onEmptyMysql(t, "a key that is taken is told in every language of a server", async (t, _, admin) => {
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

/** What an address answers to a new connection where no server of MySQL is that works. */
const ODD_ANSWERS: Readonly<Record<string, (socket: Socket) => unknown>> = {
  "hangs up": (socket) => socket.destroy(),
  "sends a greeting that is cut short": (socket) => socket.write(Buffer.from([3, 0, 0, 0, 10, 1, 1])),
  "offers no TLS": (socket) => socket.write(greeting()),
};

const WITH_TLS = { host: "127.0.0.1", user: "pay", connectTimeout: 5_000, ssl: { rejectUnauthorized: true } };

await t.test("what ends a connection is worth another try, whatever the driver calls it", async (t) => {
  for (const [what, answer] of Object.entries(ODD_ANSWERS)) {
    const error = await failureOf(createConnection({ port: await listen(t, answer), ...WITH_TLS }));
    t.same([isDatabaseAway(error), isWorthAnotherRun(error)], [true, true], `${what}: ${String(error)}`);
  }
});

/** Protocol 10, version 5, no TLS. */
function greeting(): Buffer {
  const parts = [
    "\n5.0\0",
    "\0\0\0\0",
    "saltsalt",
    "\0",
    "\0\u0002",
    "!\u0002\0\0\0\u0015",
    "\0".repeat(10),
    "saltsaltsalt\0",
  ];
  const text = Buffer.from(parts.join(""), "latin1");
  return Buffer.concat([Buffer.from([text.length, 0, 0, 0]), text]);
}

async function listen(t: Test, answer: (socket: Socket) => unknown): Promise<number> {
  const server = createServer((socket) => answer(socket.on("error", () => undefined)));
  t.teardown(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** [worth another run, a COMMIT has certainly changed nothing, its connection is closed] */
const SERVERS_WORDS: Readonly<Record<string, readonly [boolean, boolean, boolean]>> = {
  "1213 40001": [true, true, false], // Deadlock.
  "3101 40000": [true, true, false], // Rolled back by the group, which has found a conflict.
  "1290 HY000": [true, false, true], // Read-only.
  "3100 HY000": [true, false, true], // A hook of the group failed, before or after the decision.
  "1317 70100": [true, false, true], // Interrupted.
  "3797 HY000": [true, false, true], // A member that cannot wait for the others.
  "1053 08S01": [true, false, true], // Shutting down.
  "1114 HY000": [false, false, true], // No room to store.
  "1142 42000": [false, false, true], // A right was taken away.
  "1406 22001": [false, true, false], // A text that is too long.
  "1064 42000": [false, true, false], // A wrong statement.
  "9999 HY000": [false, false, true], // A later version's.
};

await t.test("an error of a server says what may be done after it", async (t) => {
  for (const [word, means] of Object.entries(SERVERS_WORDS)) {
    const [number = "", sqlState] = word.split(" ");
    const error = Object.assign(new Error(word), { errno: Number(number), sqlState });
    t.same([isWorthAnotherRun(error), isSurelyUndone(error), closesConnection(error)], means, word);
  }
});

async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  return await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}
