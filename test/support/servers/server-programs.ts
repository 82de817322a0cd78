import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { findProgram, type Need, runProgram } from "./packages.js";
import { type UnpackedMysql, unpackedMysql, unpackMysql } from "./unpacked-mysql.js";

/** Both speak MySQL's protocol, and differ in much. */
export const SERVER_NAMES = ["mysql", "mariadb"] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

/** A server program, and how it makes and serves its data directory: MariaDB and MySQL differ in both. */
export interface ServerProgram {
  /** Fills an empty folder, in which the server then finds everything. */
  readonly prepare: (folder: string) => void;
  /** The command that serves the prepared folder on a port of 127.0.0.1, with `root` and no password. */
  readonly command: (folder: string, port: number) => [string, ...string[]];
}

/** Where the two servers come from. */
export const SERVERS: Readonly<Record<ServerName, Need<ServerProgram>>> = {
  // The release of Debian that most machines have brings no MySQL, so that of its unstable suite is unpacked.
  mysql: {
    what: "a MySQL server",
    packages: [],
    bring: unpackMysql,
    find: () => {
      const onPath = findProgram("mysqld");
      if (onPath !== undefined && !isMariadb(onPath)) return mysql({ command: [onPath], settings: [] });
      const unpacked = unpackedMysql();
      return unpacked && mysql(unpacked);
    },
  },
  // As Debian brings it without a service (`-core`).
  mariadb: {
    what: "a MariaDB server",
    packages: ["mariadb-server-core", "mariadb-client-core"],
    instead:
      "Instead of a server program, TEST_DATABASE_URL may name a running server (mysql://user:password@host:3306).",
    find: () => {
      const server = findProgram("mariadbd", "mysqld");
      return server !== undefined && isMariadb(server) ? mariadb(server) : undefined;
    },
  },
};

// Debian also has MariaDB's server under the name mysqld.
function isMariadb(server: string): boolean {
  return spawnSync(server, ["--no-defaults", "--version"], { encoding: "utf8" }).stdout.includes("MariaDB");
}

function mariadb(server: string): ServerProgram | undefined {
  const install = findProgram("mariadb-install-db", "mysql_install_db");
  // The installing script calls it; on Debian it is in the other package.
  if (!install || !findProgram("my_print_defaults")) return undefined;
  return {
    prepare: (folder) => {
      const root = ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"];
      // Forced: otherwise it refuses on a machine whose own name cannot be looked up.
      const data = `--datadir=${dataOf(folder)}`;
      runProgram(install, ["--no-defaults", "--force", ...asUser(), data, ...root, LOG_SIZE]);
      mkdirSync(path.join(folder, "tmp"));
    },
    command: (folder, port) => [server, ...options(folder, port), "--skip-name-resolve", LOG_SIZE],
  };
}

/** A small redo log: a data directory of 30 MB instead of 120. */
const LOG_SIZE = "--innodb-log-file-size=8M";

function mysql({ command, settings, template }: UnpackedMysql): ServerProgram {
  return {
    prepare: (folder) => {
      if (template === undefined) initializeMysql(dataOf(folder), command, settings);
      else copyTemplate(template, dataOf(folder), command, settings);
      mkdirSync(path.join(folder, "tmp"));
      writeFileSync(path.join(folder, "init.sql"), ROOT_OVER_TCP);
    },
    command: (folder, port) => [
      ...command,
      ...options(folder, port),
      ...settings,
      `--init-file=${path.join(folder, "init.sql")}`,
      "--mysqlx=OFF",
      REDO_CAPACITY,
    ],
  };
}

/** Copies the data directory that is made once: to make one takes four seconds, a copy a tenth of one. */
function copyTemplate(
  template: string,
  data: string,
  command: readonly [string, ...string[]],
  settings: readonly string[],
): void {
  if (!existsSync(template)) {
    const made = `${template}-${process.pid}`;
    initializeMysql(made, command, settings);
    // Another run may have been quicker: one of the two is enough.
    if (existsSync(template)) rmSync(made, { recursive: true, force: true });
    else renameSync(made, template);
  }
  cpSync(template, data, { recursive: true });
}

function initializeMysql(
  data: string,
  [program, ...first]: readonly [string, ...string[]],
  settings: readonly string[],
): void {
  const how = ["--no-defaults", ...asUser(), `--datadir=${data}`, ...settings, REDO_CAPACITY];
  runProgram(program, [...first, ...how, "--initialize-insecure"]);
}

/** A small redo log: its files are as large as what they may come to. */
const REDO_CAPACITY = "--innodb-redo-log-capacity=16M";

/** MySQL makes `root` for its socket's host name only. */
const ROOT_OVER_TCP = `CREATE USER IF NOT EXISTS 'root'@'127.0.0.1';
GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;
`;

function options(folder: string, port: number): string[] {
  return [
    "--no-defaults",
    ...asUser(),
    `--datadir=${dataOf(folder)}`,
    `--tmpdir=${path.join(folder, "tmp")}`,
    `--socket=${path.join(folder, "s.sock")}`,
    `--pid-file=${path.join(folder, "pid")}`,
    "--bind-address=127.0.0.1",
    `--port=${port}`,
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_bin",
    "--default-time-zone=+00:00",
    "--innodb-buffer-pool-size=64M",
    "--innodb-flush-log-at-trx-commit=1",
    "--performance-schema=OFF",
    "--skip-log-bin",
    // Every test file has a pool of its own, and the concurrent stories open dozens of connections.
    "--max-connections=300",
  ];
}

function dataOf(folder: string): string {
  return path.join(folder, "data");
}

// Both servers refuse to run as root unless told so by name.
function asUser(): string[] {
  return process.getuid?.() === 0 ? ["--user=root"] : [];
}
