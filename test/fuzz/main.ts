import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { Command, InvalidArgumentError, Option } from "commander";
import mysql from "mysql2/promise";

import { withServer } from "../simulation/server.js";
import { startTestApp, testConfig } from "../support/app.js";
import type { TestEngine } from "../support/database.js";
import { SERVER_NAMES, type ServerName } from "../support/servers/server-programs.js";
import { fuzz, textOf } from "./run.js";
import { createTarget } from "./target.js";

interface Options {
  readonly calls: number;
  readonly seed: number;
  readonly engine: "embedded" | ServerName;
}

/** `npm run fuzz`. The report goes to standard output; the code is 0 only where there is no finding. */
export async function runFuzz(args: readonly string[]): Promise<number> {
  const options = parse(args);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  const { engine } = options;
  if (engine === "embedded")
    return await onEngine({ name: "sqlite", place: { url: undefined, dataDir: "" } }, options);
  return await withServer("server", engine, async ({ server = "" }) => {
    const url = new URL(server);
    const name = `fuzz_${process.pid}`;
    const admin = await mysql.createConnection(url.href);
    await admin.query(`create database ${name}`);
    await admin.end();
    url.pathname = `/${name}`;
    return await onEngine({ name: "mysql", place: { url: url.href, dataDir: "" } }, options);
  });
}

async function onEngine(
  engine: Pick<TestEngine, "name" | "place">,
  { calls, seed }: Options,
): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "calmony-pay-fuzz-"));
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const teardown = (close: () => unknown): void => void closing.push(close);
  try {
    const config = testConfig({ ...engine, place: { ...engine.place, dataDir: folder } });
    const target = await createTarget(config, () => startTestApp({ teardown }, config));
    const report = await fuzz(target, calls, seed);
    process.stdout.write(`${textOf(report)}\n`);
    return report.findings.length === 0 ? 0 : 1;
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

function parse(args: readonly string[]): Options {
  return new Command("fuzz")
    .description(
      "Sends calls that are made from the OpenAPI document and then mutated: values, fields, ids, queries, keys, content " +
        "types, bodies. Ends with 0 only where each answer is one that the document describes, and none is a 5xx.",
    )
    .option("--calls <number>", "how many calls are sent", whole, 10_000)
    .option("--seed <number>", "what decides how they are mutated", whole, 1)
    .addOption(
      new Option("--engine <name>", "the database")
        .choices(["embedded", ...SERVER_NAMES])
        .default("embedded"),
    )
    .parse([...args], { from: "user" })
    .opts<Options>();
}

function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A whole number from 1 on.");
}
