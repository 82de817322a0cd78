import { Command, InvalidArgumentError, Option } from "commander";

import { withServer } from "../simulation/server.js";
import { SERVER_NAMES, type ServerName } from "../support/servers/server-programs.js";
import { runStorms, textOf } from "./run.js";

interface Options {
  readonly sessions: number;
  readonly keys: number;
  readonly replicas: number;
  readonly server?: ServerName;
}

/** `npm run storm`. Progress goes to standard error, the result to standard output. */
export async function storm(args: readonly string[]): Promise<number> {
  const options = parse(args);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  const reports = await withServer("server", options.server, async ({ server = "" }) =>
    runStorms(server, options, (text) => process.stderr.write(`${text}\n`)),
  );
  process.stdout.write(reports.map(textOf).join("\n"));
  const findings = reports.flatMap((report) => report.findings).length;
  process.stdout.write(findings === 0 ? "\nclean\n" : `\n${findings} findings\n`);
  return findings === 0 ? 0 : 1;
}

function parse(args: readonly string[]): Options {
  return new Command("storm")
    .description(
      "Sends equal callbacks and browsers' returns, then equal requests with one idempotency key, at once and to several " +
        "server processes on one database server. Ends with 0 only where each payment and each request was taken once, and " +
        "nothing was answered with an error. TEST_DATABASE_URL names a server to use: nobody else may work on it " +
        "meanwhile, because it counts deadlocks for all of its databases.",
    )
    .option("--sessions <number>", "how many sessions are paid", whole, 1500)
    .option("--keys <number>", "how many idempotency keys are used", whole, 1500)
    .option("--replicas <number>", "server processes", whole, 2)
    .addOption(new Option("--server <name>", "the server to bring; MySQL by default").choices(SERVER_NAMES))
    .parse([...args], { from: "user" })
    .opts<Options>();
}

function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A whole number from 1 on.");
}
