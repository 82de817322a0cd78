import { Command, InvalidArgumentError, Option } from "commander";

import { installMissing } from "../support/servers/packages.js";
import { LOAD_GENERATORS } from "../support/load-generators.js";
import { SERVER_NAMES, type ServerName } from "../support/servers/server-programs.js";
import { BenchServer } from "./bench-server.js";
import { table, writeReport } from "./report.js";
import type { Effort, Row } from "./row.js";
import { completionRows } from "./rows/completion-rows.js";
import { databaseRows } from "./rows/database-rows.js";
import { deliveryRows } from "./rows/delivery-rows.js";
import { memoryRows } from "./rows/memory-rows.js";
import { memorySizeRows } from "./rows/memory-size-rows.js";
import { payPageRows } from "./rows/pay-page-rows.js";
import { startRows } from "./rows/start-rows.js";
import { type RowResult, runRow } from "./run-row.js";

const server = new BenchServer();
const url = (): Promise<string> => server.url();

const ROWS: readonly Row[] = [
  ...memoryRows,
  ...databaseRows(url),
  ...payPageRows(url),
  ...completionRows(url),
  ...deliveryRows(url),
  ...memorySizeRows(url),
  ...startRows(url),
];

interface Options {
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly rounds: number;
  readonly server?: ServerName;
}

/** `npm run bench`. Progress goes to standard error, the table to standard output. */
export async function bench(args: readonly string[]): Promise<number> {
  const options = parse(args);
  const unknown = options.only.find((only) => !ROWS.some(({ name }) => isMeant(name, only)));
  if (unknown !== undefined) {
    process.stderr.write(`There is no row ${unknown}: ${ROWS.map(({ name }) => name).join(", ")}.\n`);
    return 2;
  }
  const { only } = options;
  const rows = ROWS.filter(({ name }) => only.length === 0 || only.some((one) => isMeant(name, one)));
  installMissing(LOAD_GENERATORS);
  const given = process.env["TEST_DATABASE_URL"];
  if (options.quick && given) server.borrow(given);
  else server.ask(options.server);
  const results = await runAll(rows, effortOf(options));
  const title = await server.title();
  if (title !== undefined) process.stdout.write(`Database server: ${title}\n\n`);
  process.stdout.write(`${table(results)}\n`);
  // A part of the table, or one that was made in a hurry, is not what is kept.
  if (rows.length === ROWS.length && !options.quick) await writeReport(title ?? "", results, "test/bench");
  return 0;
}

async function runAll(rows: readonly Row[], effort: Effort): Promise<RowResult[]> {
  const results: RowResult[] = [];
  try {
    for (const row of rows) {
      process.stderr.write(`${row.name} ...\n`);
      results.push(await runRow(row, effort));
    }
    return results;
  } finally {
    await server.stop();
  }
}

/**
 * Many short rounds: what a shared machine has for us changes within a second by as much as half, so that of
 * few rounds the median itself is left to chance.
 */
const STARTS = 3;
const ROUNDS = 13;
const ROUND_SECONDS = 0.3;

/** Both programs are slow for about three seconds. */
const WARM_UPS = 9;

/** Under load for as long as a garbage collector needs to show what it lets grow. */
const PLAIN = { times: 5, seconds: 10 };

function effortOf({ quick, rounds }: Options): Effort {
  if (quick) return { starts: 1, warmUps: 0, rounds: 1, seconds: 0.1, plain: { times: 1, seconds: 0.1 } };
  return { starts: STARTS, warmUps: WARM_UPS, rounds, seconds: ROUND_SECONDS, plain: PLAIN };
}

function isMeant(name: string, only: string): boolean {
  return name.toLowerCase().includes(only.toLowerCase());
}

function parse(args: readonly string[]): Options {
  return new Command("bench")
    .description(
      "Measures the service against peers, in turn within one run, and checks every answer. A whole run is kept in " +
        "test/bench/results.md and results.json.",
    )
    .option(
      "--only <name>",
      `one row, or those whose names hold this; may be given several times: ${ROWS.map(({ name }) => name).join(", ")}`,
      (name: string, others: readonly string[]) => [...others, name],
      [] as readonly string[],
    )
    .addOption(new Option("--server <name>", "the server to bring; MySQL by default").choices(SERVER_NAMES))
    .option("--quick", "shows that it runs, not how fast", false)
    .option("--rounds <number>", `how often each is measured in each of ${STARTS} starts`, whole, ROUNDS)
    .parse([...args], { from: "user" })
    .opts<Options>();
}

function whole(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A whole number from 1 to 99.");
}
