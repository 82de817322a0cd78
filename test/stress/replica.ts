import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import type { Ending } from "../simulation/database-place.js";
import { start } from "../support/command.js";

/** One server process, started as the operator does. */
export interface Replica {
  /** Base address over HTTP. */
  readonly url: string;
  /** `host:port` of gRPC. */
  readonly grpc: string;
  /** What it has logged so far, a line each. */
  readonly logged: readonly string[];
}

/** Starts `bin/calmony-pay serve` and waits until it says where it is. */
export async function startReplica(ending: Ending, env: Record<string, string>): Promise<Replica> {
  const child = start(env, ["serve"], []);
  const kill = (): unknown => child.kill("SIGKILL");
  process.once("exit", kill); // A storm that is interrupted leaves nothing behind.
  const exited = once(child, "exit");
  ending.teardown(async () => {
    process.removeListener("exit", kill);
    child.kill("SIGTERM");
    await exited;
  });
  const logged: string[] = [];
  if (child.stderr !== null) createInterface(child.stderr).on("line", (line) => logged.push(line));
  const addresses = await readAddresses(child);
  if (addresses === undefined) throw new Error(`A replica ended before it was ready:\n${logged.join("\n")}`);
  return { ...addresses, logged };
}

async function readAddresses({ stdout }: ChildProcess): Promise<Pick<Replica, "url" | "grpc"> | undefined> {
  if (stdout === null) return undefined;
  let port = "";
  for await (const line of createInterface({ input: stdout })) {
    port = /^API.*:(\d+)$/.exec(line)?.[1] ?? port;
    const grpc = /^gRPC +(\S+)$/.exec(line)?.[1];
    if (grpc !== undefined) return { url: `http://127.0.0.1:${port}`, grpc };
  }
  return undefined;
}
