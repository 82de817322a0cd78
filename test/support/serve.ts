import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import type { Test } from "tap";

import { start } from "./command.js";

/** The service as an operator starts it. */
export interface ServeProcess {
  readonly pid: number;
  readonly url: string;
  /** `host:port` of gRPC. */
  readonly grpc: string;
  /** What it printed until it was ready. */
  readonly printed: readonly string[];
  /** Sends the signal, and answers with the exit code once the process has ended. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Runs `serve` as a process of its own, with these flags of Node, until it has printed its addresses. */
export async function serve(
  t: Pick<Test, "teardown">,
  env: Record<string, string>,
  flags?: readonly string[],
): Promise<ServeProcess> {
  const child = start(env, ["serve"], flags);
  t.teardown(() => child.kill("SIGKILL"));
  child.stderr?.resume();
  const printed: string[] = [];
  const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
    const ended = once(child, "exit") as Promise<[number | null]>;
    child.kill(signal);
    return (await ended)[0];
  };
  if (child.stdout === null) throw new Error("The process has no output.");
  for await (const line of createInterface({ input: child.stdout })) {
    printed.push(line);
    // The last line: the curl line of a first start, else the gRPC port.
    const text = printed.join("\n");
    const url = /http:\/\/localhost:\d+/.exec(text)?.[0];
    const grpc = /^gRPC +(\S+)$/m.exec(text)?.[1];
    const isFirst = printed[0]?.includes("sk_test_") === true;
    if (url === undefined || grpc === undefined) continue;
    const pid = child.pid ?? 0;
    if (line.startsWith(isFirst ? "curl" : "gRPC")) return { pid, url, grpc, printed, stop };
  }
  throw new Error(`serve ended before it was ready: ${printed.join("\n")}`);
}

/** Reads what a process writes until it matches. Throws where the process has ended before. */
export async function untilWritten(output: Readable | null, wanted: RegExp): Promise<string> {
  let text = "";
  for await (const chunk of output ?? []) {
    text += String(chunk);
    if (wanted.test(text)) return text;
  }
  throw new Error(`It has ended before it wrote ${wanted}: ${text}`);
}
