import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

import Libsql from "libsql";
import t from "tap";

import { testConfig } from "../support/app.js";
import {
  type BrokenStarts,
  endWithSentences,
  makePipe,
  portOf,
  silentServer,
} from "../support/broken-starts.js";
import { environmentOf, runAlone, start } from "../support/command.js";
import { onEmptyMysql, onSqlite } from "../support/database.js";
import { freePort } from "../support/free-ports.js";
import { untilWritten } from "../support/serve.js";

await onSqlite(t, "a start whose ports cannot be opened ends", async (t, engine) => {
  const env = environmentOf(testConfig(engine));
  const taken = String(portOf(await silentServer(t)));
  await endWithSentences(t, ["serve"], env, {
    "a taken port": [{ PORT: taken }, /^PORT: port \d+ is taken/m],
    "a taken port of gRPC": [{ GRPC_PORT: taken }, /^GRPC_PORT: port \d+ is taken/m],
    "one port for both": [{ PORT: taken, GRPC_PORT: taken }, /GRPC_PORT must be another port/],
    "an address of another machine": [
      { HOST: "192.0.2.1" },
      /^HOST: 192\.0\.2\.1 is not an address of this/m,
    ],
    "a host that is none": [{ HOST: "nowhere.invalid" }, /^HOST: nowhere\.invalid is neither an address/m],
  });
  await endWithSentences(
    t,
    ["sandbox"],
    { ...env, SECRETS_KEY: aKey(), DATA_DIR: path.join(engine.place.dataDir, "sandbox") },
    {
      "a sandbox with a taken port": [{ PORT: taken }, /^PORT: port \d+ is taken/m],
      "a sandbox without a host": [
        { HOST: "nowhere.invalid" },
        /^HOST: nowhere\.invalid is neither an address/m,
      ],
    },
  );
});

await onSqlite(t, "a start whose folder is of no use ends", async (t, engine) => {
  const env = environmentOf(testConfig(engine));
  const places = brokenPlaces(engine.place.dataDir);
  await endWithSentences(t, ["serve"], env, places);
  const { "where nothing can be made": made, "a file of another program": foreign } = places;
  for (const command of [["migrate"], ["keys", "list"]]) {
    await endWithSentences(t, command, env, {
      [`${command[0]} where nothing can be made`]: made ?? [{}, /never/],
      [`${command[0]} on a file of another program`]: foreign ?? [{}, /never/],
    });
  }
});

function brokenPlaces(folder: string): BrokenStarts {
  const at = (name: string): string => path.join(folder, name);
  const inFolder = (name: string): string => {
    mkdirSync(at(name));
    return path.join(at(name), "calmony-pay.db");
  };
  writeFileSync(at("file"), "");
  symlinkSync("loop", at("loop"));
  writeFileSync(inFolder("garbage"), randomBytes(10_000));
  new Libsql(inFolder("foreign")).exec("create table other (id integer)");
  mkdirSync(inFolder("no file"));
  makePipe(inFolder("pipe"));
  inFolder("key");
  makePipe(path.join(at("key"), "secrets.key"));
  return {
    "where nothing can be made": [{ DATA_DIR: "/proc/x" }, /^DATA_DIR: .*\/proc\/x/m],
    "a file in the place of the folder": [{ DATA_DIR: at("file") }, /^DATA_DIR: .*file is not a folder/m],
    "a loop of links": [{ DATA_DIR: at("loop") }, /^DATA_DIR: ELOOP/m],
    "a file that is no database": [{ DATA_DIR: at("garbage") }, /^DATA_DIR: file is not a database/m],
    "a file of another program": [{ DATA_DIR: at("foreign") }, /^DATA_DIR: .*another program/m],
    "a folder in the place of the file": [{ DATA_DIR: at("no file") }, /^DATA_DIR: .*not a regular file/m],
    "a pipe in the place of the file": [{ DATA_DIR: at("pipe") }, /^DATA_DIR: .*not a regular file/m],
    "a pipe in the place of the key": [
      { DATA_DIR: at("key") },
      /^DATA_DIR: .*secrets\.key is not a regular/m,
    ],
  };
}

await onSqlite(
  t,
  "a start with unusable certificates ends, with its database untouched",
  async (t, engine) => {
    const env = environmentOf(testConfig(engine));
    const at = (name: string): string => path.join(engine.place.dataDir, name);
    const [TLS_CERT, TLS_KEY] = [at("cert"), at("key")];
    copyFileSync("test/fixtures/localhost.cert.pem", TLS_CERT);
    copyFileSync("test/fixtures/localhost.key.pem", TLS_KEY);
    makePipe(at("pipe"));
    await endWithSentences(
      t,
      ["serve"],
      { ...env, TLS_CERT, TLS_KEY },
      {
        "no key": [{ TLS_KEY: "" }, /TLS_CERT and TLS_KEY go together/],
        "a file that is missing": [{ TLS_CERT: at("missing") }, /TLS_CERT: ENOENT/],
        "a folder": [{ TLS_KEY: engine.place.dataDir }, /TLS_KEY: EISDIR/],
        "a pipe": [{ TLS_CERT: at("pipe") }, /TLS_CERT: .*not a regular file/],
        "a device": [{ TLS_KEY: "/dev/zero" }, /TLS_KEY: .*not a regular file/],
        "the two in each other's place": [
          { TLS_CERT: TLS_KEY, TLS_KEY: TLS_CERT },
          /^TLS_CERT is not a certificate/m,
        ],
        "another key": [{ TLS_KEY: anotherKey(at("other")) }, /^TLS_KEY is not the key of TLS_CERT/m],
      },
    );
  },
);

await onSqlite(t, "a start whose file another process holds ends", async (t, engine) => {
  const file = path.join(engine.place.dataDir, "calmony-pay.db");
  const holder = new Libsql(file);
  t.teardown(() => holder.close());
  holder.exec("begin immediate");
  const env = environmentOf(testConfig(engine));
  const locked = [{}, /^DATA_DIR: .*locked/m] as const;
  await endWithSentences(t, ["serve"], env, { "a locked file": locked });
  await endWithSentences(t, ["keys", "list"], env, { "a command on a locked file": locked });
});

await onEmptyMysql(t, "a start whose server is not to be had ends", async (t, engine) => {
  const env = environmentOf(testConfig(engine));
  const changed = (change: (url: URL) => void): Record<string, string> => {
    const url = new URL(engine.place.url ?? "");
    change(url);
    return { DATABASE_URL: url.href };
  };
  const silent = portOf(await silentServer(t));
  const starts: BrokenStarts = {
    "a server that never speaks": [changed((url) => (url.port = String(silent))), /^DATABASE_URL: .*answer/m],
    "nobody there": [changed((url) => (url.port = "1")), /^DATABASE_URL: .*ECONNREFUSED/m],
    "a wrong user": [changed((url) => (url.username = "nobody")), /^DATABASE_URL: .*denied/m],
    "a database that is not there": [
      changed((url) => (url.pathname = "/none")),
      /^DATABASE_URL: .*(Unknown|denied)/m,
    ],
    "a host that is none": [
      changed((url) => (url.hostname = "nowhere.invalid")),
      /^DATABASE_URL: .*ENOTFOUND/m,
    ],
  };
  await endWithSentences(t, ["serve"], env, starts);
  await endWithSentences(t, ["keys", "list"], env, {
    "a command on a server that never speaks": starts["a server that never speaks"] ?? [{}, /never/],
  });
});

await onSqlite(t, "nobody is told by a process whose start fails that it lives", async (t, engine) => {
  const port = String(await freePort());
  const taken = String(portOf(await silentServer(t)));
  const env = { ...environmentOf(testConfig(engine)), PORT: port, GRPC_PORT: taken };
  const ended = runAlone(env, ["serve"]);
  const over = { isOver: false };
  const answers: unknown[] = [];
  const asking = (async () => {
    while (!over.isOver)
      await fetch(`http://127.0.0.1:${port}/healthz`).then(
        (answer) => answers.push(answer.status),
        () => {},
      );
  })();
  t.match(await ended, { code: 1, stdout: "" });
  over.isOver = true;
  await asking;
  t.same(answers, []);
});

await onSqlite(
  t,
  "a sandbox gateway that is silent does not keep the service from starting",
  async (t, engine) => {
    const server = await silentServer(t);
    const SANDBOX_URL = `http://127.0.0.1:${portOf(server)}`;
    const child = start({ ...environmentOf(testConfig(engine)), SANDBOX_URL }, ["serve"]);
    t.teardown(() => child.kill("SIGKILL"));
    await untilWritten(child.stdout, /^gRPC/m);
    child.kill("SIGTERM");
    t.same(await once(child, "exit"), [0, null]);
  },
);

await onEmptyMysql(t, "a signal during the start ends it", async (t, engine) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const silent = await silentServer(t);
    const url = new URL(engine.place.url ?? "");
    url.port = String(portOf(silent));
    const connected = once(silent, "connection");
    const child = start({ ...environmentOf(testConfig(engine)), DATABASE_URL: url.href }, ["serve"]);
    t.teardown(() => child.kill("SIGKILL"));
    await connected;
    child.kill(signal);
    t.same(await once(child, "exit"), [0, null], signal);
  }
});

function anotherKey(file: string): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }));
  return file;
}

function aKey(): string {
  return randomBytes(32).toString("base64");
}
