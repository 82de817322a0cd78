import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import type { Driven } from "./drive.js";
import type { GrpcWork } from "./grpc-lanes.js";

/** The same call over and over again. */
export interface H2loadWork extends Omit<GrpcWork, "isRight"> {
  /** Of each right answer, with its gRPC prefix. */
  readonly answerBytes: number;
}

/**
 * So many calls of h2load, which costs the cores that it shares with the server a tenth of what our own
 * connections do. It does not look into answers: that every one of them was an answer of the right length,
 * its sum of bytes says, since a call that fails in gRPC has no message.
 */
export async function h2loadCalls(work: H2loadWork, calls: number): Promise<Driven> {
  const folder = mkdtempSync(path.join(tmpdir(), "h2load-"));
  try {
    const file = path.join(folder, "request");
    writeFileSync(file, work.message);
    const { stdout } = await promisify(execFile)("h2load", argumentsOf(work, calls, file));
    check(stdout, calls, work.answerBytes);
    return { calls, seconds: calls / numberIn(stdout, /, ([\d.]+) req\/s/) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One thread: a server has one too, and they share two cores. */
function argumentsOf(work: H2loadWork, calls: number, file: string): string[] {
  const { connections, streams, port, path: method } = work;
  const headers = ["content-type: application/grpc", "te: trailers"].flatMap((header) => ["-H", header]);
  const load = ["-t1", `-c${connections}`, `-m${streams}`, `-n${calls}`, `-d${file}`];
  return [...load, ...headers, `http://127.0.0.1:${port}${method}`];
}

function check(printed: string, calls: number, answerBytes: number): void {
  const succeeded = numberIn(printed, /(\d+) succeeded/);
  const bytes = numberIn(printed, /headers .*\((\d+)\) data/);
  if (succeeded === calls && bytes === calls * answerBytes) return;
  throw new Error(`Not ${calls} answers of ${answerBytes} bytes:\n${printed}`);
}

function numberIn(printed: string, pattern: RegExp): number {
  const found = pattern.exec(printed)?.[1];
  if (found === undefined) throw new Error(`h2load did not say ${pattern.source}:\n${printed}`);
  return Number(found);
}
