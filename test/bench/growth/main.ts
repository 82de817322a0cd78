import { tmpdir } from "node:os";

import { Command, InvalidArgumentError, Option } from "commander";

import { bringServer } from "../../support/servers/server-choice.js";
import { SERVER_NAMES, type ServerName } from "../../support/servers/server-programs.js";
import { startDatabase } from "../../support/servers/private-server.js";
import type { Sample } from "../contender.js";
import { CALLS } from "./calls.js";
import { fillPlace, type FilledPlace } from "./filled-place.js";
import { type GrowthResult, growthTable, writeGrowth } from "./growth-report.js";

const SIZES = [10_000, 300_000, 3_000_000];

interface Options {
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly server?: ServerName;
}

/** `npm run growth`. Progress goes to standard error, the table to standard output. */
export async function growth(args: readonly string[]): Promise<number> {
  const options = parse(args);
  bringServer(options.server);
  const server = await startDatabase({ folder: tmpdir(), settings: SETTINGS });
  const places: FilledPlace[] = [];
  try {
    for (const size of options.sizes) {
      places.push(await fillPlace(server.url, size, (done) => tell(`${done} of ${size} sessions`)));
    }
    const results = await measure(places, options);
    process.stdout.write(`Database server: ${server.title}\n\n${growthTable(options.sizes, results)}\n`);
    const isWhole = options.sizes.join() === SIZES.join();
    if (isWhole) await writeGrowth(server.title, options.sizes, results, "test/bench/growth");
    return 0;
  } finally {
    for (const place of places) await place.close();
    await server.stop();
  }
}

/**
 * A small server of production: it holds in memory what is read, not all that there is. On a disk, each
 * commit is waited for.
 */
const SETTINGS = [
  "--innodb-buffer-pool-size=4G",
  // MariaDB's name for it, and MySQL's: each passes over the other's.
  "--loose-innodb-log-file-size=256M",
  "--loose-innodb-redo-log-capacity=256M",
];

/** Each call at each size in turn, so that what else the machine does falls on all sizes alike. */
async function measure(
  places: readonly FilledPlace[],
  { rounds, seconds }: Options,
): Promise<GrowthResult[]> {
  const results: GrowthResult[] = [];
  for (const call of CALLS) {
    tell(call.name);
    const samples: Sample[][] = places.map(() => []);
    // The first round warms up and does not count.
    for (let round = 0; round <= rounds; round++) {
      for (const [index, place] of places.entries()) {
        const sample = await call.measure(place, seconds);
        if (round > 0) samples[index]?.push(sample);
      }
    }
    results.push({ name: call.name, samples });
  }
  return results;
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

function parse(args: readonly string[]): Options {
  return new Command("growth")
    .description(
      "Measures whether calls get slower as the tables grow: the same calls to services whose tables hold more and more " +
        "sessions, in turn. With the default sizes the table is kept in test/bench/growth.",
    )
    .option("--sizes <numbers>", "sessions in the tables, the smallest first", sizes, SIZES)
    .option("--rounds <number>", "how often each is measured", whole, 13)
    .option("--seconds <number>", "how long each is measured", whole, 1)
    .addOption(new Option("--server <name>", "the server to bring; MySQL by default").choices(SERVER_NAMES))
    .parse([...args], { from: "user" })
    .opts<Options>();
}

function sizes(text: string): number[] {
  return text.split(",").map(whole);
}

function whole(text: string): number {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A whole number above zero.");
}
