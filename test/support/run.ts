import { constants } from "node:os";
import { BROWSER } from "./chromium.js";
import { PROTOC_FOR_PYTHON, PYTHON, PYTHON_WITH_GRPC } from "./python.js";
import { givenDatabase, startDatabase, type TestDatabase } from "./servers/private-server.js";
import { bringServer } from "./servers/server-choice.js";
import type { ServerName } from "./servers/server-programs.js";
import { isToldOnServer, type Needs, needsOf } from "./needs.js";
import { installMissing } from "./servers/packages.js";
import { PROOFS, withoutProofs } from "./proofs.js";
import { leaveOutEmbedded, quickSelection } from "./quick.js";
import { namesFiles, tapArguments } from "./selection.js";
import { makeTemplatePlace } from "./servers/template-place.js";
import { compiledTests, writeGroups } from "./test-groups.js";
import { buildTap, runTap, type Outcome } from "./tap.js";
import { LOAD_GENERATORS } from "./load-generators.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What is run beside the files that are named. */
export interface RunChoice {
  /** A choice of tests without a server. */
  readonly quick?: boolean;
  /** Simulation, storm and bench, which are left out otherwise. */
  readonly proofs?: boolean;
  /** The database server to bring; MySQL by default. */
  readonly server?: ServerName;
  /** Leaves out what is told in the embedded file. */
  readonly serverOnly?: boolean;
}

/**
 * Runs the tests that the arguments name (all where they name none) with all that they need around them, and ends
 * with the line `N passed, N failed`. The exit code is 0 only where something was run and nothing failed.
 */
export async function runTests(args: string[], choice: RunChoice = {}): Promise<number> {
  const stop = new AbortController();
  // Once: who asks a second time is not made to wait for an orderly end.
  for (const signal of SIGNALS) process.once(signal, () => stop.abort(signal));
  if (choice.serverOnly === true) leaveOutEmbedded();
  const named = [...args, ...chosenBy(choice)];
  const outcome = await attempt(named, choice, stop.signal);
  const reason = stop.signal.reason as (typeof SIGNALS)[number] | undefined;
  const failed = failures(outcome, reason);
  process.stdout.write(onceMore(outcome.failures));
  process.stdout.write(`\n${outcome.passed} passed, ${failed} failed\n`);
  if (reason) return 128 + constants.signals[reason];
  return failed > 0 || outcome.passed === 0 ? 1 : 0;
}

function chosenBy({ quick = false, proofs = false }: RunChoice): readonly string[] {
  if (proofs) return PROOFS;
  return quick ? quickSelection() : [];
}

async function attempt(args: string[], choice: RunChoice, stop: AbortSignal): Promise<Outcome> {
  const { quick = false, serverOnly = false, server } = choice;
  try {
    const named = tapArguments(args);
    const tapBuilt = buildTap();
    tapBuilt.catch(() => {}); // Who waits for it hears of it, once the server is there to be stopped.
    const files = namesFiles(named)
      ? named.filter((arg) => arg.endsWith(".test.js"))
      : withoutProofs(compiledTests());
    const all = serverOnly ? files.filter(isToldOnServer) : files;
    const needs = needsOf(all);
    const database = await provideDatabase({ ...needs, database: needs.database && !quick }, server);
    const template = makeTemplatePlace({ ownServer: !process.env["TEST_DATABASE_URL"] });
    const env = {
      ...process.env,
      ...template.variables,
      TEST_DATABASE_URL: database?.url,
      CHROMIUM_PATH: BROWSER.find(),
    };
    // To load the service takes longer than most files, so the files of a long run share a few programs.
    const groups = quick || serverOnly || !namesFiles(named) ? writeGroups(all) : undefined;
    try {
      await tapBuilt;
      const options = named.filter((arg) => !files.includes(arg));
      return await runTap(groups ? [...options, ...groups.programs] : named, env, stop);
    } finally {
      groups?.remove();
      await database?.stop();
      template.remove();
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return { passed: 0, failed: 0, failures: [], exitCode: 1 };
  }
}

/** Installs what is missing of what is needed. Undefined where no test needs a server. */
async function provideDatabase(
  needs: Needs,
  server: ServerName | undefined,
): Promise<TestDatabase | undefined> {
  const given = process.env["TEST_DATABASE_URL"];
  installMissing([
    ...(needs.browser ? [BROWSER] : []),
    ...(needs.loadGenerators ? LOAD_GENERATORS : []),
    ...(needs.python ? [PYTHON] : []),
    ...(needs.grpcForPython ? [PYTHON_WITH_GRPC] : []),
    ...(needs.protocForPython ? [PROTOC_FOR_PYTHON] : []),
  ]);
  if (!needs.database) return undefined;
  if (!given) bringServer(server);
  const database = await (given ? givenDatabase(given) : startDatabase());
  process.stdout.write(`Database server: ${database.title}\n\n`);
  return database;
}

/** Of a long run one sees the end. */
function onceMore(failures: readonly string[]): string {
  return failures.length === 0 ? "" : `\n${FAILED}\n${failures.join("")}`;
}

/** `.ci/run` looks for it. */
const FAILED = "What failed:";

/** A run that ended badly without a failed assertion has failed all the same. */
function failures({ passed, failed, exitCode }: Outcome, interruption: string | undefined): number {
  if (interruption) process.stderr.write(`Interrupted by ${interruption}.\n`);
  else if (passed + failed === 0) process.stderr.write("No test was run.\n");
  else if (failed === 0 && exitCode !== 0) process.stderr.write(`tap itself ended with code ${exitCode}.\n`);
  return failed === 0 && exitCode !== 0 && passed > 0 ? 1 : failed;
}
