import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createConnection } from "mysql2/promise";

/** It answers after 0.3 s; a machine that is busy with something else may take a while. */
const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;

/** A server program that runs below a keeper. */
export interface RunningServer {
  process: ChildProcess;
  ended: Promise<void>;
  log: () => string;
  stop: () => Promise<void>;
}

/**
 * Runs the server ($@) below a shell that kills it and removes its folder ($0) once its own standard input ends: when
 * this process closes it, or dies, by whatever signal. Its own complaints have no reader by then, and must not end it.
 */
const KEEPER = `
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{ cat <&3 >/dev/null; kill -9 "$server" 2>/dev/null; } & waiter=$!
exec 3<&- 2>/dev/null
wait "$server"
kill "$waiter" 2>/dev/null
rm -rf "$0"
`;

/** Starts a server that ends, together with its folder, when this process does. */
export function serve(command: readonly string[], folder: string): RunningServer {
  // Detached: an interrupt from the terminal is for the tests, which still need their database to end well.
  const keeper = spawn("/bin/sh", ["-c", KEEPER, folder, ...command], {
    stdio: ["pipe", "ignore", "pipe"],
    detached: true,
  });
  const ended = once(keeper, "exit").then(() => undefined);
  let log = "";
  keeper.stderr.on("data", (chunk) => (log = (log + String(chunk)).slice(-8000)));
  const stop = async () => {
    keeper.stdin.end();
    await ended;
  };
  return { process: keeper, ended, log: () => log, stop };
}

/** Resolves once it answers `root` on this port of 127.0.0.1. */
export async function untilReady(server: RunningServer, port: number): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers(port))) {
    if (server.process.exitCode !== null)
      throw new Error(`The database server ended early:\n${server.log()}`);
    if (Date.now() > deadline) throw new Error(`The database server does not answer:\n${server.log()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const connection = await createConnection({ host: "127.0.0.1", port, user: "root" });
    await connection.end();
    return true;
  } catch {
    return false; // Not yet: the caller asks again, and knows when to give up.
  }
}
