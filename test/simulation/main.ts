import { Command, InvalidArgumentError, Option } from "commander";

import { Ending } from "./database-place.js";
import { findPlanted } from "./planted/find.js";
import { LOWERED_ISOLATION } from "./planted/lowered-isolation.js";
import { plant } from "./planted/plant.js";
import { PLANTED_BUGS } from "./planted/planted-bugs.js";
import type { EngineName } from "./plan.js";
import { missingFaults, reportOf, searchReport } from "./report.js";
import { LOST_DEFAULT, SERVICE, simulate } from "./run.js";
import { FAILING_DEFAULT } from "./webhooks/receiver-faults.js";
import { NoGroup, withServer } from "./server.js";
import { SERVER_NAMES, type ServerName } from "../support/servers/server-programs.js";

interface Options {
  readonly seed: number;
  readonly sessions: number;
  readonly engine: EngineName;
  readonly server?: ServerName;
  readonly replicas: number;
  readonly lost: number;
  readonly failing: number;
  readonly planted?: string;
  readonly isolation?: (typeof ISOLATIONS)[number];
}

const ISOLATIONS = ["serializable", "read-committed"] as const;

/** `--engine mariadb` is short for `--engine server --server mariadb`. */
interface GivenOptions extends Omit<Options, "engine"> {
  readonly engine: EngineName | ServerName;
}

/** As `sysexits.h` has it, for a service that is unavailable. */
const NOT_TO_BE_HAD = 69;

/**
 * `npm run prove`. Progress goes to standard error, the result to standard output, which ends with the line
 * `N passed, N failed`, in sessions. The exit code is 69 where the machine cannot have what the run needs.
 */
export async function prove(args: readonly string[]): Promise<number> {
  const options = parse(args);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  if (options.isolation !== undefined && options.engine === "embedded") {
    process.stderr.write(
      "--isolation is of a server: the embedded database has one level. Add --engine mysql.\n",
    );
    return 2;
  }
  if (options.planted !== undefined) return await searchAll(options.planted, options.seed, options.server);
  const ending = new Ending();
  try {
    return await proveOnce(options, serviceOf(options, ending));
  } catch (error) {
    if (!(error instanceof NoGroup)) throw error;
    process.stdout.write(`${error.message}\n`);
    return NOT_TO_BE_HAD;
  } finally {
    await ending.all();
  }
}

/** The service as it is, or a copy whose transactions run at a lower level. */
function serviceOf({ isolation }: Options, ending: Ending): string {
  return isolation === "read-committed" ? plant(ending, LOWERED_ISOLATION) : SERVICE;
}

async function proveOnce(options: Options, service: string): Promise<number> {
  const { planted: _, isolation: __, server: asked, ...setting } = options;
  const replicas = setting.engine === "embedded" ? 1 : setting.replicas;
  return await withServer(setting.engine, asked, async (servers) => {
    const all = { afterSales: true, service } as const;
    const verdict = await simulate({ ...setting, ...all, replicas, ...servers, onProgress });
    if (service !== SERVICE) process.stdout.write(`isolation lowered to ${LOWERED_ISOLATION.name}\n`);
    process.stdout.write(reportOf(verdict));
    return verdict.violations.length === 0 && missingFaults(verdict).length === 0 ? 0 : 1;
  });
}

function parse(args: readonly string[]): Options {
  const given = new Command("prove")
    .description(
      "Pays many sessions while messages are lost, lines are cut and servers are killed, then holds what is recorded " +
        "to the gateway's own books. Ends with 0 only where every payment is recorded exactly once.",
    )
    .option("--seed <number>", "the same seed makes the same schedule", whole, Date.now() % 1_000_000)
    .option("--sessions <number>", "how many sessions", whole, 2000)
    .addOption(
      new Option(
        "--engine <name>",
        "the embedded database, a server (of --server, or mysql or mariadb), or a group",
      )
        .choices(["embedded", "server", "group", "galera", ...SERVER_NAMES])
        .default("embedded"),
    )
    .addOption(new Option("--server <name>", "the server to bring; MySQL by default").choices(SERVER_NAMES))
    .option("--replicas <number>", "server processes; the embedded database has one", whole, 2)
    .option(
      "--lost <percent>",
      "in how many of a hundred sessions both callback and return are lost",
      percent,
      LOST_DEFAULT,
    )
    .option(
      "--failing <percent>",
      "in how many of a hundred requests a receiver of events fails",
      percent,
      FAILING_DEFAULT,
    )
    .addOption(
      new Option(
        "--planted <name>",
        "plants a known bug, or all one after the other, and ends with 0 where found",
      ).choices(["all", ...PLANTED_BUGS.map(({ name }) => name)]),
    )
    .addOption(
      new Option("--isolation <level>", "lowers the transactions that move money, on a server").choices(
        ISOLATIONS,
      ),
    )
    .parse([...args], { from: "user" })
    .opts<GivenOptions>();
  const server = SERVER_NAMES.find((name) => name === given.engine);
  return server === undefined ? (given as Options) : { ...given, engine: "server", server };
}

function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A whole number from 1 on.");
}

function percent(text: string): number {
  if (/^\d{1,2}$|^100$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A whole number from 0 to 100.");
}

/** Ends with 0 only where every bug was found. */
async function searchAll(name: string, seed: number, asked: ServerName | undefined): Promise<number> {
  const bugs = PLANTED_BUGS.filter((bug) => name === "all" || bug.name === name);
  let found = 0;
  for (const bug of bugs) {
    process.stderr.write(`planted: ${bug.name}\n`);
    const search = await withServer(bug.engine, asked, (servers) =>
      findPlanted({ bug, seed, server: servers.server, onProgress }),
    );
    if (search.verdict !== undefined) found++;
    process.stdout.write(`${searchReport(search)}\n`);
  }
  process.stdout.write(`${found} of ${bugs.length} planted bugs found\n`);
  return found === bugs.length ? 0 : 1;
}

function onProgress(text: string): void {
  process.stderr.write(`${text}\n`);
}
