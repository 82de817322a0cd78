import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import type { Config } from "../../src/start/config.js";
import { SHORT_LIVED } from "./child.js";
import { runKept } from "./kept-command.js";

/** What a command came to. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command as the operator does, with `input` on its standard input, until it ends: a service only where it
 * cannot start. Other commands have run in its process, and others will.
 */
export async function run(
  env: Record<string, string>,
  args: readonly string[],
  input = "",
): Promise<Finished> {
  return await runKept({ env: cleaned(env), args, input });
}

/** Variant of `run` in a process of its own, which ends as the command ends it. */
export async function runAlone(
  env: Record<string, string>,
  args: readonly string[],
  input = "",
): Promise<Finished> {
  const child = start(env, args);
  child.stdin?.end(input);
  const ended = once(child, "close") as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([readAll(child.stdout), readAll(child.stderr), ended]);
  return { code, stdout, stderr };
}

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

/** Starts `bin/calmony-pay`, to be short-lived unless `flags` of Node say otherwise; the caller ends it. */
export function start(
  env: Record<string, string>,
  args: readonly string[],
  flags: readonly string[] = SHORT_LIVED,
): ChildProcess {
  const command = [...flags, "bin/calmony-pay", ...args];
  return spawn(process.execPath, command, { env: cleaned(env), stdio: "pipe" });
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
