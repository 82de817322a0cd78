import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import type { Config } from "../../src/start/config.js";
import { runKept } from "./kept-command.js";

/** What a command came to. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command as the operator does, with `input` on its standard input. A service, and a command with input, has a
 * process of its own.
 */
export async function run(
  env: Record<string, string>,
  args: readonly string[],
  input = "",
): Promise<Finished> {
  if (input === "" && !SERVICES.has(args[0] ?? "")) return await runKept({ env: cleaned(env), args });
  const child = start(env, args);
  child.stdin?.end(input);
  const ended = once(child, "close") as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([readAll(child.stdout), readAll(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** Commands that do not end by themselves, unless they cannot start. */
const SERVICES: ReadonlySet<string> = new Set(["serve", "sandbox"]);

/** Runs a command with `--json` and reads its answer. Throws what it complained of where it failed. */
export async function runJson(
  env: Record<string, string>,
  args: readonly string[],
  input = "",
): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await run(env, [...args, "--json"], input);
  if (code !== 0) throw new Error(`calmony-pay ${args.join(" ")}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, string>;
}

/** Starts `bin/calmony-pay`; the caller ends it. */
export function start(env: Record<string, string>, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["bin/calmony-pay", ...args], { env: cleaned(env), stdio: "pipe" });
}

/** Nothing of this process' environment but where programs are found: a variable of the developer's must not decide. */
function cleaned(env: Record<string, string>): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", ...env };
}

/** The environment that makes a process read this configuration. */
export function environmentOf(config: Config): Record<string, string> {
  return {
    HOST: config.host,
    PORT: String(config.port),
    GRPC_PORT: String(config.grpcPort),
    METRICS_PORT: String(config.metricsPort),
    DATABASE_URL: config.databaseUrl ?? "",
    DATA_DIR: config.dataDir,
    SECRETS_KEY: config.secretsKey?.toString("base64") ?? "",
    CARDSTREAM_URL: config.cardstreamUrl,
  };
}

async function readAll(stream: ChildProcess["stdout"]): Promise<string> {
  return stream === null ? "" : await text(stream);
}
