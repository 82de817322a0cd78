/**
 * A process of `kept-command.ts`, which runs one command after the other. Where a command ends its process, this one
 * tells the exit code and goes on; a command that leaves something open lasts, as its process would. It ends with the
 * process of the tests.
 */
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { type CommandOrder, END } from "./kept-command.js";

const MAIN = new URL("../../bundle/main.js", import.meta.url).href;

/** Ends a command where it would end its process. */
class Ended extends Error {}

const exit = process.exit.bind(process);
process.exit = (code) => {
  process.exitCode = code ?? process.exitCode;
  throw new Ended();
};

/** Whether what is written belongs to no command: to one that has ended the process, where it had one of its own. */
const late = { is: false };

// Each command listens for the end of its readers. Named before the first command, which would else seem to have opened
// what Node opens when it is named.
for (const output of [process.stdout, process.stderr]) {
  output.setMaxListeners(0);
  const write = output.write.bind(output) as (...call: unknown[]) => boolean;
  output.write = (...call: unknown[]) => (late.is ? true : write(...call));
}
process.on("message", (order: CommandOrder) => void obeyInTurn(order));
process.on("disconnect", () => exit());

/** What the command before has left open closes first: what that says would be taken for the next one's. */
async function obeyInTurn(order: CommandOrder): Promise<void> {
  const giveUpAt = performance.now() + CLOSED_WITHIN_MS;
  while (openNow() > openAlone && performance.now() < giveUpAt) await sleep(1, undefined, { ref: false });
  late.is = false;
  await obey(order);
  late.is = true;
}

/** A connection to a database is closed within moments. */
const CLOSED_WITHIN_MS = 5_000;

/** What a command throws ends the process, as it ends that of a command which runs alone. */
async function obey({ env, args, input }: CommandOrder): Promise<void> {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv.splice(2, Infinity, ...args);
  process.exitCode = 0;
  Object.defineProperty(process, "stdin", { value: Readable.from([input]), configurable: true });
  const forgetListeners = listenersSince();
  const open = openNow();
  try {
    // Under another name the main module runs once more, and with it nothing that it imports.
    await import(`${MAIN}?${performance.now()}`);
    while (openNow() > open) await sleep(1, undefined, { ref: false });
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  }
  forgetListeners();
  process.stdout.write(END);
  process.stderr.write(`${process.exitCode}${END}`);
}

/** Returns what removes the listeners that the process gets from now on: a command's end with it. */
function listenersSince(): () => void {
  const before = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));
  return () => {
    for (const name of process.eventNames()) {
      const kept = before.get(name) ?? [];
      for (const listener of process.rawListeners(name))
        if (!kept.includes(listener)) process.off(name, listener as () => void);
    }
  };
}

/** How many sockets, servers, timers and files keep the process alive. */
function openNow(): number {
  return process.getActiveResourcesInfo().length;
}

/** Its three pipes. */
const openAlone = openNow();
