import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { findServer } from "./server-choice.js";
import { freePort } from "../free-ports.js";
import { type RunningServer, serve, untilReady } from "./server-process.js";
import type { ServerProgram } from "./server-programs.js";
import { memoryFolder } from "../memory-folder.js";

/** A database server for one run of the tests. */
export interface TestDatabase {
  url: string;
  /** "MySQL 9.7.4-2", as the server says it. */
  title: string;
  stop: () => Promise<void>;
}

/** Between the choice of a free port and its use another process may take it. */
const STARTS_MAX = 3;

/** A server that is there already; it stays as it is when the run ends. */
export async function givenDatabase(url: string): Promise<TestDatabase> {
  try {
    return { url, title: await titleOf(url), stop: async () => {} };
  } catch (error) {
    throw new Error(`The server that TEST_DATABASE_URL names does not let the tests in: ${String(error)}`, {
      cause: error,
    });
  }
}

async function titleOf(url: string): Promise<string> {
  const connection = await createConnection(url);
  const [rows] = await connection.query<RowDataPacket[]>("select version() as version");
  await connection.end();
  const version = String(rows[0]?.["version"]);
  return version.includes("MariaDB") ? `MariaDB ${version.split("-")[0]}` : `MySQL ${version}`;
}

/** Where a private server keeps its data, and what it is told beside what every test wants. */
export interface ServerOptions {
  /** By default in memory, where there is room. */
  readonly folder: string;
  readonly settings: readonly string[];
}

/** Starts a private, empty server that goes away with the run, however the run ends. */
export async function startDatabase(
  options: ServerOptions = { folder: memoryFolder(), settings: [] },
): Promise<TestDatabase> {
  const program = requiredServer();
  for (let start = 1; ; start++) {
    try {
      return await startOnce(program, options);
    } catch (error) {
      if (start === STARTS_MAX) throw error;
    }
  }
}

function requiredServer(): ServerProgram {
  const program = findServer();
  if (program === undefined) throw new Error("There is no database server to start on this machine.");
  return program;
}

async function startOnce(program: ServerProgram, options: ServerOptions): Promise<TestDatabase> {
  const folder = mkdtempSync(path.join(options.folder, "calmony-pay-test-"));
  try {
    program.prepare(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const port = await freePort();
  const server = serve([...program.command(folder, port), ...options.settings], folder);
  try {
    await untilReady(server, port);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const url = `mysql://root@127.0.0.1:${port}`;
  return { url, title: await titleOf(url), stop: server.stop };
}

/** A server whose process a story may freeze, kill and start again. */
export interface RestartableDatabase {
  readonly url: string;
  /** Sends a signal to the server itself. */
  signal(signal: NodeJS.Signals): void;
  /** Whether it runs no more: after a signal, or because it has ended itself. */
  readonly hasEnded: () => boolean;
  /** Until it has ended, after a signal. */
  readonly ended: () => Promise<void>;
  /** Starts it again with what it has stored, at the same address. */
  start(): Promise<void>;
}

/** Starts a private, empty server that goes away with the story. */
export async function startRestartable(
  t: { teardown(end: () => unknown): void },
  options: ServerOptions = { folder: memoryFolder(), settings: [] },
): Promise<RestartableDatabase> {
  const program = requiredServer();
  const folder = mkdtempSync(path.join(options.folder, "calmony-pay-test-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  program.prepare(folder);
  const port = await freePort();
  const pidFile = path.join(folder, "pid");
  const run = async (): Promise<RunningServer> => {
    // What its keeper removes is a folder of that run's own.
    const emptied = mkdtempSync(path.join(memoryFolder(), "calmony-pay-test-"));
    const server = serve([...program.command(folder, port), ...options.settings], emptied);
    await untilReady(server, port);
    return server;
  };
  let running = await run();
  const signal = (name: NodeJS.Signals) => process.kill(Number(readFileSync(pidFile, "utf8")), name);
  t.teardown(async () => {
    if (running.process.exitCode === null) signal("SIGCONT");
    await running.stop();
  });
  return {
    url: `mysql://root@127.0.0.1:${port}`,
    signal,
    hasEnded: () => running.process.exitCode !== null,
    ended: () => running.ended,
    start: async () => void (running = await run()),
  };
}
