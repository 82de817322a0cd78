/**
 * `npm test [-- FILES, FOLDERS AND TAP'S OPTIONS]`: compiles what is stale, then runs the tests. Says what it can do
 * before it compiles anything.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildStale, requireInstalled } from "./build.js";

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
requireInstalled("commander");
const { Command, Option } = await import("commander");
const { files, choice } = parse(process.argv.slice(2));
buildStale();
const { runTests } = await import("../dist/test/support/run.js");
process.exitCode = await runTests(files, choice);

function parse(args) {
  let files = [];
  const command = new Command("npm test --")
    .description(
      "Compiles what is stale, then runs the tests of these files and folders: all but the proofs where none is named.",
    )
    .usage("[options] [files and folders...]")
    .argument("[files...]", "test sources (test/stories/pay.test.ts), folders (test/domain), options of tap")
    .option(
      "--quick",
      "the rules, and the main stories in the embedded file: no server, simulation, bench or browser",
    )
    .option(
      "--proofs",
      "simulation, storm, fuzz and bench: what `npm test` leaves out, and .ci/run runs as well",
    )
    .addOption(
      new Option(
        "--server <name>",
        "the database server that is brought and started: mysql by default",
      ).choices(["mysql", "mariadb"]),
    )
    .option("--server-only", "leaves out what is told in the embedded file: a second run, on another server")
    .allowUnknownOption() // They are tap's, and pass as they are.
    .addHelpText(
      "after",
      `
Options of tap pass as they are:
  -g, --grep <pattern>    only tests whose name matches, in files of their own
  -b, --bail              ends with the first failure
  -t, --timeout <seconds> for each file: 300

Environment:
  TEST_DATABASE_URL       mysql://root@host:3306, a server of yours; a private MySQL is started otherwise
  CHROMIUM_PATH           a browser for the pages' tests; Debian's chromium-headless-shell or chromium otherwise

Examples:
  npm test                                            # every rule and every story, in the browser, too
  npm run test:proofs                                 # simulation, storm, fuzz and bench: three minutes
  npm run test:quick                                  # under two minutes
  npm test -- test/stories/refunds.test.ts            # one file, on both engines
  npm test -- test/domain test/cardstream             # folders
  npm test -- --server mariadb --server-only test/stories test/db  # the stories once more, on MariaDB
  npm test -- test/stories/pay.test.ts -g "declined"  # one test`,
    )
    .action((named) => (files = named));
  command.parse(args, { from: "user" });
  return { files, choice: command.opts() };
}
